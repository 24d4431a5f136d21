import type { Layer } from './chains.ts';

/** The kind of a layer, which decides its colour. */
export type Kind = 'convolution' | 'normalization' | 'activation' | 'pooling' | 'joining' | 'classifier' | 'other';

const KINDS: Readonly<Record<string, Kind>> = {
  Conv2D: 'convolution',
  DepthwiseConv2D: 'convolution',
  SeparableConv2D: 'convolution',
  BatchNormalization: 'normalization',
  LayerNormalization: 'normalization',
  Activation: 'activation',
  ReLU: 'activation',
  MaxPooling2D: 'pooling',
  AveragePooling2D: 'pooling',
  GlobalAveragePooling2D: 'pooling',
  Add: 'joining',
  Multiply: 'joining',
  Concatenate: 'joining',
  CustomScaleLayer: 'joining',
};

export function kindOf(layer: Layer): Kind {
  // Within a backbone, a dense layer is a convolution of one pixel.
  if (layer.getClassName() === 'Dense') return layer.outboundNodes.length === 0 ? 'classifier' : 'convolution';
  return KINDS[layer.getClassName()] ?? 'other';
}

/** Returns a layer's class and main parameters: `Conv2D 3×3 /2 32`, `MaxPooling2D 3×3 /2`, `Activation relu`. */
export function describeLayer(layer: Layer): string {
  const { kernelSize, poolSize, strides, filters, units, activation, maxValue, rate, scale } = layer.getConfig();
  const [down] = asPair(strides);
  const words = [
    layer.getClassName(),
    timesOf(kernelSize ?? poolSize),
    down > 1 && (kernelSize ?? poolSize) !== undefined ? `/${down}` : '',
    numberOf(filters ?? units ?? maxValue ?? rate ?? scale),
    typeof activation === 'string' && activation !== 'linear' ? activation : '',
  ];
  return words.filter((word) => word !== '').join(' ');
}

/** Returns a layer's output shape without the batch axis, for example `149×149×32`. */
export function shapeOf(layer: Layer): string {
  const [, ...shape] = layer.outputShape as (number | null)[];
  return shape.map((length) => length ?? '?').join('×');
}

function timesOf(size: unknown): string {
  return size === undefined || size === null ? '' : asPair(size).join('×');
}

function asPair(value: unknown): [number, number] {
  const [first, second = first] = [value].flat() as number[];
  return [first ?? 1, second ?? 1];
}

function numberOf(value: unknown): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : '';
}
