import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import { LayerFactory } from '../../../src/vision/models/layers/layer-factory.ts';
import type { TensorFlow } from '../../../src/vision/tensorflow/load.ts';

/** Sets all weights to random values; variances are never negative. */
export function randomizeWeights(tf: TensorFlow, model: LayersModel, seed = 1): LayersModel {
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

/** Builds a model with every kind of layer used in backbones, in branches of different depths. */
export function everyLayer(tf: TensorFlow): LayersModel {
  const layers = new LayerFactory(tf, 1);
  const border: [[number, number], [number, number]] = [
    [0, 1],
    [1, 0],
  ];
  const windows = { poolSize: 3, strides: 1, padding: 'same' } as const;
  const image = tf.input({ name: 'image', shape: [20, 24, 3] });
  const preprocessing = { scale: [0.017, 0.018, 0.019], offset: [-2.1, -2, -1.8] };
  const scaled = layers.rescaling(image, { name: 'preprocess', ...preprocessing });
  const padded = layers.zeroPadding2d(scaled, { padding: border });
  const stem = layers.conv2d(padded, { filters: 4, kernelSize: 3, strides: 2, useBias: false });
  const trunk = layers.reLU6(layers.batchNormalization(stem, { scale: false, epsilon: 1e-2 }));
  const residual = layers.conv2d(trunk, { filters: 4, kernelSize: 1, useBias: true });
  const sum = layers.customScale([trunk, residual], { scale: 0.17 });
  const depthwise = layers.maxPooling2d(layers.depthwiseConv2d(sum, { kernelSize: 3, padding: 'same' }), windows);
  const separable = layers.separableConv2d(sum, { filters: 4, kernelSize: 5, padding: 'same' });
  const averaged = layers.averagePooling2d(layers.reluActivation(layers.reLU(separable)), windows);
  const joined = layers.concatenate([layers.add([depthwise, averaged]), trunk]);
  const excited = squeezeAndExcite(layers, layers.smoothActivation(joined, { name: 'smooth', activation: 'swish' }));
  const maps = layers.cropping2d(convNeXtBranch(layers, excited), { cropping: border });
  const pooled = layers.globalAveragePooling2d(maps, { name: 'pool' });
  const features = layers.dropout(layers.layerNormalization(pooled, { epsilon: 1e-6 }), { name: 'drop', rate: 0.5 });
  const outputs = [3, 2].map((classes) => layers.softmaxClassifier(features, { name: `head${classes}`, classes }));
  return randomizeWeights(tf, tf.model({ name: 'every-layer', inputs: image, outputs }));
}

function squeezeAndExcite(layers: LayerFactory, x: SymbolicTensor): SymbolicTensor {
  const config = { kernelSize: 1, padding: 'same', useBias: true } as const;
  const means = layers.globalAveragePooling2d(x, { name: 'squeeze' });
  const reshaped = layers.reshape(means, { name: 'reshape', targetShape: [1, 1, 8] });
  const reduced = layers.conv2d(reshaped, { ...config, filters: 2, activation: 'swish' });
  return layers.multiply([x, layers.conv2d(reduced, { ...config, filters: 8, activation: 'sigmoid' })]);
}

function convNeXtBranch(layers: LayerFactory, x: SymbolicTensor): SymbolicTensor {
  const normalized = layers.layerNormalization(x, { epsilon: 1e-6 });
  const wide = layers.dense(normalized, { name: 'pointwise_1', units: 12 });
  const activated = layers.smoothActivation(wide, { name: 'smooth_1', activation: 'gelu' });
  const narrow = layers.dense(activated, { name: 'pointwise_2', units: 8 });
  const scaled = layers.layerScale(narrow, { name: 'layer_scale', initialScale: 0.1 });
  const kept = layers.dropout(scaled, { name: 'drop_samples', rate: 0.2, noiseShape: [null, 1, 1, 1] });
  return layers.add([x, layers.identity(kept, { name: 'identity' })]);
}
