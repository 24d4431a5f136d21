import type { layers as LayersNamespace, SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { type BatchNormalizationConfig, batchNormalizationClass } from './batch-normalization.ts';
import { customScaleClass } from './custom-scale.ts';
import { dropoutClass } from './dropout.ts';
import { glorotUniform, heNormal } from './initializers.ts';
import { kerasNumbering } from './keras-numbering.ts';
import { relu6Class } from './relu6.ts';

/** Adds layers to one model. */
export type LayerFactory = ReturnType<typeof createLayerFactory>;

interface Layer {
  apply(inputs: SymbolicTensor | SymbolicTensor[]): unknown;
}

interface Named {
  /** Without one it is named as Keras names it: `conv2d`, `conv2d_1`, … */
  readonly name?: string | undefined;
}

type Size = number | [number, number];
type Padding = 'same' | 'valid';

interface Window extends Named {
  readonly strides?: Size;
  readonly padding?: Padding;
}

/** Pixels at the top and bottom, left and right. */
type Border = [[number, number], [number, number]];

type Initialization = 'glorot-uniform' | 'he-normal';

/**
 * Makes layers with the defaults, and where none is given the names, of Keras. Each takes its input first.
 *
 * @param seed of the initial weights: the n-th weight asked for is always the same.
 */
export function createLayerFactory(tf: TensorFlow, seed: number) {
  const BatchNormalization = batchNormalizationClass(tf);
  const CustomScaleLayer = customScaleClass(tf);
  const Dropout = dropoutClass(tf);
  const ReLU6 = relu6Class(tf);
  const numbered = kerasNumbering();
  let initialized = 0;

  const nameOf = (kind: string, { name }: Named) => name ?? numbered(kind);

  function initializer(kind: Initialization) {
    // Two equal shapes with the same seed would start with the same weights.
    initialized += 1;
    return kind === 'he-normal' ? heNormal(tf, seed + initialized) : glorotUniform(tf, seed + initialized);
  }

  const applied = (layer: Layer, inputs: SymbolicTensor | SymbolicTensor[]) => layer.apply(inputs) as SymbolicTensor;

  return {
    rescaling: (
      x: SymbolicTensor,
      config: { readonly name: string; readonly scale: number; readonly offset: number },
    ) => applied(tf.layers.rescaling(config), x),

    conv2d: (
      x: SymbolicTensor,
      {
        initialization = 'glorot-uniform',
        ...config
      }: Window & {
        readonly filters: number;
        readonly kernelSize: Size;
        readonly useBias: boolean;
        readonly initialization?: Initialization;
      },
    ) =>
      applied(
        tf.layers.conv2d({
          ...config,
          name: nameOf('conv2d', config),
          kernelInitializer: initializer(initialization),
        }),
        x,
      ),

    /** Without a bias. */
    depthwiseConv2d: (x: SymbolicTensor, config: Window & { readonly kernelSize: Size }) =>
      applied(
        tf.layers.depthwiseConv2d({
          ...config,
          name: nameOf('depthwise_conv2d', config),
          useBias: false,
          depthwiseInitializer: initializer('glorot-uniform'),
        }),
        x,
      ),

    /** Without a bias. */
    separableConv2d: (x: SymbolicTensor, config: Window & { readonly filters: number; readonly kernelSize: Size }) =>
      applied(
        tf.layers.separableConv2d({
          ...config,
          name: nameOf('separable_conv2d', config),
          useBias: false,
          depthwiseInitializer: initializer('glorot-uniform'),
          pointwiseInitializer: initializer('glorot-uniform'),
        } as Parameters<typeof LayersNamespace.separableConv2d>[0]),
        x,
      ),

    batchNormalization: (x: SymbolicTensor, config: Omit<BatchNormalizationConfig, 'name'> & Named = {}) =>
      applied(new BatchNormalization({ ...config, name: nameOf('batch_normalization', config) }), x),

    /** As a layer of the class Activation, which is what Keras' older networks have. */
    reluActivation: (x: SymbolicTensor, config: Named = {}) =>
      applied(tf.layers.activation({ activation: 'relu', name: nameOf('activation', config) }), x),

    reLU: (x: SymbolicTensor, config: Named = {}) => applied(tf.layers.reLU({ name: nameOf('re_lu', config) }), x),

    /** Ends at 6. */
    reLU6: (x: SymbolicTensor, config: Named = {}) => applied(new ReLU6({ name: nameOf('re_lu', config) }), x),

    maxPooling2d: (x: SymbolicTensor, config: Window & { readonly poolSize: Size }) =>
      applied(tf.layers.maxPooling2d({ ...config, name: nameOf('max_pooling2d', config) }), x),

    averagePooling2d: (x: SymbolicTensor, config: Window & { readonly poolSize: Size }) =>
      applied(tf.layers.averagePooling2d({ ...config, name: nameOf('average_pooling2d', config) }), x),

    globalAveragePooling2d: (x: SymbolicTensor, config: { readonly name: string }) =>
      applied(tf.layers.globalAveragePooling2d(config), x),

    zeroPadding2d: (x: SymbolicTensor, config: Named & { readonly padding: Border }) =>
      applied(tf.layers.zeroPadding2d({ ...config, name: nameOf('zero_padding2d', config) }), x),

    cropping2d: (x: SymbolicTensor, config: Named & { readonly cropping: Border }) =>
      applied(tf.layers.cropping2D({ ...config, name: nameOf('cropping2d', config) }), x),

    add: (inputs: SymbolicTensor[], config: Named = {}) =>
      applied(tf.layers.add({ name: nameOf('add', config) }), inputs),

    /** Over the channels. */
    concatenate: (inputs: SymbolicTensor[], config: Named = {}) =>
      applied(tf.layers.concatenate({ name: nameOf('concatenate', config) }), inputs),

    /** x + scale · residual. */
    customScale: (inputs: [SymbolicTensor, SymbolicTensor], config: Named & { readonly scale: number }) =>
      applied(new CustomScaleLayer({ scale: config.scale, name: nameOf('custom_scale_layer', config) }), inputs),

    dropout: (x: SymbolicTensor, config: { readonly name: string; readonly rate: number }) =>
      applied(new Dropout(config), x),

    softmaxClassifier: (x: SymbolicTensor, { name, classes }: { readonly name: string; readonly classes: number }) =>
      applied(
        tf.layers.dense({
          name,
          units: classes,
          activation: 'softmax',
          kernelInitializer: initializer('glorot-uniform'),
        }),
        x,
      ),
  };
}
