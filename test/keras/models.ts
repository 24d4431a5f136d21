import type { LayersModel, SymbolicTensor, Tensor } from '@tensorflow/tfjs-node-gpu';
import { createLayerFactory } from '../../src/models/layer-factory.ts';
import type { TensorFlow } from '../../src/tensorflow/load.ts';

/** Random values for all weights: some that are never negative, as variances have to be. */
export function drawWeights(tf: TensorFlow, model: LayersModel, seed = 1): LayersModel {
  tf.tidy(() => {
    const draw = (shape: number[], at: number) => tf.randomUniform(shape, 0.1, 0.5, 'float32', seed * 1000 + at);
    const signs = (shape: number[], at: number) => tf.sign(tf.randomNormal(shape, 0, 1, 'float32', seed * 2000 + at));
    model.setWeights(
      model.weights.map(({ originalName, shape }, index) => {
        const values = draw(shape as number[], index);
        return originalName.includes('variance') ? values : tf.mul(values, signs(shape as number[], index));
      }),
    );
  });
  return model;
}

/** The layer that adds a scaled residual, as src/models has it. */
export function customScaleLayer(tf: TensorFlow) {
  return class CustomScaleLayer extends tf.layers.Layer {
    static className = 'CustomScaleLayer';

    readonly scale: number;

    constructor({ name, scale }: { readonly name: string; readonly scale: number }) {
      super({ name });
      this.scale = scale;
    }

    override computeOutputShape(shapes: (number | null)[][]): (number | null)[] {
      return shapes[0] ?? [];
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      const [input, residual] = inputs as [Tensor, Tensor];
      return tf.tidy(() => tf.add(input, tf.mul(residual, this.scale)));
    }

    override getConfig() {
      return { ...super.getConfig(), scale: this.scale };
    }
  };
}

/** A model of every kind of layer that backbones are made of, in branches of different depths. */
export function everyLayer(tf: TensorFlow): LayersModel {
  const layers = createLayerFactory(tf, 1);
  const CustomScaleLayer = customScaleLayer(tf);
  type Applicable = { apply(inputs: SymbolicTensor | SymbolicTensor[]): unknown };
  const to = (layer: Applicable, inputs: SymbolicTensor | SymbolicTensor[]) => layer.apply(inputs) as SymbolicTensor;
  const image = tf.input({ name: 'image', shape: [20, 24, 3] });
  const scaled = to(tf.layers.rescaling({ name: 'preprocess', scale: 1 / 127.5, offset: -1 }), image);
  const padding: [[number, number], [number, number]] = [
    [0, 1],
    [1, 0],
  ];
  const padded = to(tf.layers.zeroPadding2d({ name: 'pad', padding }), scaled);
  const conv = tf.layers.conv2d({ name: 'conv', filters: 4, kernelSize: 3, strides: 2, useBias: false });
  const normalised = to(layers.batchNormalization({ name: 'bn', scale: false, epsilon: 1e-2 }), to(conv, padded));
  const trunk = to(tf.layers.reLU({ name: 'relu6', maxValue: 6 }), normalised);
  const residual = to(tf.layers.conv2d({ name: 'up', filters: 4, kernelSize: 1 }), trunk);
  const sum = to(new CustomScaleLayer({ name: 'scaled_add', scale: 0.17 }), [trunk, residual]);
  const depthwise = to(tf.layers.depthwiseConv2d({ name: 'dw', kernelSize: 3, padding: 'same' }), sum);
  const separable = tf.layers.separableConv2d({
    name: 'sep',
    filters: 4,
    kernelSize: 5,
    padding: 'same',
    useBias: false,
  });
  const separated = to(tf.layers.activation({ name: 'act', activation: 'relu' }), to(separable, sum));
  const pooled = to(tf.layers.maxPooling2d({ name: 'max', poolSize: 3, strides: 1, padding: 'same' }), depthwise);
  const averaged = to(tf.layers.averagePooling2d({ name: 'avg', poolSize: 3, strides: 1, padding: 'same' }), separated);
  const added = to(tf.layers.add({ name: 'add' }), [pooled, averaged]);
  const joined = to(tf.layers.concatenate({ name: 'cat' }), [added, trunk]);
  const cropped = to(tf.layers.cropping2D({ name: 'crop', cropping: padding }), joined);
  const features = to(tf.layers.globalAveragePooling2d({ name: 'pool' }), cropped);
  const dropped = to(layers.dropout({ name: 'dropout', rate: 0.5 }), features);
  const outputs = [3, 2].map((units) =>
    to(tf.layers.dense({ name: `head${units}`, units, activation: 'softmax' }), dropped),
  );
  return drawWeights(tf, tf.model({ name: 'every-layer', inputs: image, outputs }));
}
