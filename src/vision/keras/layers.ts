import type { LayerJson } from '../models/layers/built-in-layers.ts';
import type { KerasLayer } from './keras-layer.ts';

/** What decides the outcome of each class of layer: the names are the same in TensorFlow.js, Keras 3 and tf_keras. */
const CONFIGS: Readonly<Record<string, readonly string[]>> = {
  InputLayer: ['batch_input_shape', 'sparse'],
  Rescaling: ['scale', 'offset'],
  Conv2D: ['filters', 'kernel_size', 'strides', 'padding', 'dilation_rate', 'activation', 'use_bias'],
  DepthwiseConv2D: ['kernel_size', 'strides', 'padding', 'dilation_rate', 'depth_multiplier', 'activation', 'use_bias'],
  SeparableConv2D: [
    'filters',
    'kernel_size',
    'strides',
    'padding',
    'dilation_rate',
    'depth_multiplier',
    'activation',
    'use_bias',
  ],
  BatchNormalization: ['momentum', 'epsilon', 'center', 'scale'],
  ReLU: ['max_value'],
  Activation: ['activation'],
  Add: [],
  Concatenate: ['axis'],
  MaxPooling2D: ['pool_size', 'strides', 'padding'],
  AveragePooling2D: ['pool_size', 'strides', 'padding'],
  GlobalAveragePooling2D: [],
  ZeroPadding2D: ['padding'],
  Cropping2D: ['cropping'],
  Dropout: ['rate'],
  Dense: ['units', 'activation', 'use_bias'],
};

/** The layer of Keras that says the same as one of TensorFlow.js. */
export function toKerasLayer(
  { name, class_name: className, config }: LayerJson,
  inputs: readonly string[],
): KerasLayer {
  const names = CONFIGS[className];
  if (names === undefined) throw new Error(`How Keras calls a ${className} is not known.`);
  const known = names.filter((key) => config[key] !== undefined).map((key) => [key, config[key]]);
  return { className, name, config: { name, dtype: 'float32', ...Object.fromEntries(known) }, inputs };
}
