import type { KerasLayer, WrittenLayer } from './model-description.ts';

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

/** The layers of Keras that say the same as one of TensorFlow.js or of ours. */
export function toKerasLayers(layer: WrittenLayer, inputs: readonly string[]): KerasLayer[] {
  if (layer.class_name === 'CustomScaleLayer') return scaledAdd(layer, inputs);
  const names = CONFIGS[layer.class_name];
  if (names === undefined) throw new Error(`How Keras calls a ${layer.class_name} is not known.`);
  const known = names.filter((name) => layer.config[name] !== undefined);
  const config = Object.fromEntries(known.map((name) => [name, layer.config[name]]));
  return [kerasLayer(layer.class_name, layer.name, config, inputs)];
}

/** `input + scale · residual`: Keras has a class for it in one of its applications, which opens no saved model. */
function scaledAdd({ name, config }: WrittenLayer, [input = '', residual = '']: readonly string[]): KerasLayer[] {
  const scaled = `${name}_scaled`;
  return [
    kerasLayer('Rescaling', scaled, { scale: config['scale'], offset: 0 }, [residual]),
    kerasLayer('Add', name, {}, [input, scaled]),
  ];
}

function kerasLayer(
  className: string,
  name: string,
  config: Readonly<Record<string, unknown>>,
  inputs: readonly string[],
): KerasLayer {
  return { className, name, config: { name, dtype: 'float32', ...config }, inputs };
}
