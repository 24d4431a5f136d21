import type { LayerJson } from '../models/layers/replace-custom-layers.ts';
import type { KerasLayer } from './keras-layer.ts';

/**
 * The config keys of each layer class that affect its output. They are the same in TensorFlow.js, Keras 3 and tf_keras.
 */
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
  LayerNormalization: ['axis', 'epsilon', 'center', 'scale'],
  BatchNormalization: ['momentum', 'epsilon', 'center', 'scale'],
  ReLU: ['max_value'],
  Activation: ['activation'],
  Add: [],
  Multiply: [],
  Reshape: ['target_shape'],
  Concatenate: ['axis'],
  MaxPooling2D: ['pool_size', 'strides', 'padding'],
  AveragePooling2D: ['pool_size', 'strides', 'padding'],
  GlobalAveragePooling2D: [],
  ZeroPadding2D: ['padding'],
  Cropping2D: ['cropping'],
  Dropout: ['rate', 'noise_shape'],
  Dense: ['units', 'activation', 'use_bias'],
};

/** Returns whether Keras has a layer class that is equivalent to this one. */
export function isKnownToKeras(className: string): boolean {
  return Object.hasOwn(CONFIGS, className);
}

/**
 * Converts a layer of TensorFlow.js to the equivalent Keras layer.
 *
 * @throws for a layer class that is not in `CONFIGS`.
 */
export function toKerasLayer(
  { name, class_name: className, config }: LayerJson,
  inputs: readonly string[],
): KerasLayer {
  const names = CONFIGS[className];
  if (names === undefined) throw new Error(`The layer class ${className} has no known Keras equivalent.`);
  const known = names.filter((key) => config[key] !== undefined).map((key) => [key, config[key]]);
  return { className, name, config: { name, dtype: 'float32', ...Object.fromEntries(known) }, inputs };
}
