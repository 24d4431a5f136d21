import { listOf, numberOf, pairOf, textOf } from './loose-json.ts';
import type { DeclaredLayer } from './topology.ts';

/** A shape; null is an unknown size, such as that of the batch. */
export type Shape = readonly (number | null)[];

type Rule = (layer: DeclaredLayer, inputs: readonly Shape[]) => Shape | undefined;

/** Returns the output shape of each layer, as far as it follows from the topology alone. */
export function shapesOf(layers: readonly DeclaredLayer[]): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const layer of layers) {
    // The first layer of a sequential model declares its input shape.
    const inputs = layer.inputs.length === 0 ? [declaredShape(layer)] : layer.inputs.map((name) => shapes.get(name));
    const known = inputs.filter((shape) => shape !== undefined);
    const shape = known.length < inputs.length ? undefined : RULES[layer.type]?.(layer, known);
    if (shape !== undefined) shapes.set(layer.name, shape);
  }
  return shapes;
}

const same: Rule = (_layer, [input]) => input;

const RULES: Readonly<Record<string, Rule>> = {
  InputLayer: same,
  ...Object.fromEntries(
    [
      ...['Activation', 'ReLU', 'LeakyReLU', 'PReLU', 'ELU', 'ThresholdedReLU', 'Softmax'],
      ...['BatchNormalization', 'LayerNormalization', 'Rescaling', 'Normalization'],
      ...['Dropout', 'SpatialDropout2D', 'GaussianDropout', 'GaussianNoise', 'AlphaDropout', 'Masking'],
      ...['Add', 'Average', 'Maximum', 'Minimum', 'Multiply', 'Subtract'],
    ].map((type) => [type, same]),
  ),
  Conv2D: (layer, [input]) => slide(layer, input, layer.config['kernel_size'], numberOf(layer.config['filters'])),
  SeparableConv2D: (layer, [input]) =>
    slide(layer, input, layer.config['kernel_size'], numberOf(layer.config['filters'])),
  DepthwiseConv2D: (layer, [input]) => {
    const channels = input?.[3];
    const outputs = channels == null ? undefined : channels * (numberOf(layer.config['depth_multiplier']) ?? 1);
    return slide(layer, input, layer.config['kernel_size'], outputs);
  },
  MaxPooling2D: (layer, [input]) => slide(layer, input, layer.config['pool_size'], input?.[3] ?? undefined),
  AveragePooling2D: (layer, [input]) => slide(layer, input, layer.config['pool_size'], input?.[3] ?? undefined),
  GlobalAveragePooling2D: (_layer, [input]) => input && [input[0] ?? null, input[3] ?? null],
  GlobalMaxPooling2D: (_layer, [input]) => input && [input[0] ?? null, input[3] ?? null],
  Dense: ({ config }, [input]) => input && [...input.slice(0, -1), numberOf(config['units']) ?? null],
  Flatten: (_layer, [input]) => input && [input[0] ?? null, product(input.slice(1))],
  Reshape: ({ config }, [input]) =>
    input && [input[0] ?? null, ...listOf(config['target_shape']).map((size) => numberOf(size) ?? null)],
  ZeroPadding2D: ({ config }, [input]) => pad(input, config['padding'], 1),
  Cropping2D: ({ config }, [input]) => pad(input, config['cropping'], -1),
  UpSampling2D: ({ config }, [input]) => {
    const size = pairOf(config['size']) ?? [2, 2];
    return input && [input[0] ?? null, times(input[1], size[0]), times(input[2], size[1]), input[3] ?? null];
  },
  Concatenate: ({ config }, inputs) => {
    const [first] = inputs;
    const axis = ((numberOf(config['axis']) ?? -1) + (first?.length ?? 0)) % (first?.length ?? 1);
    const sizes = inputs.map((shape) => shape[axis] ?? null);
    const sum = sizes.includes(null) ? null : sizes.reduce<number>((total, size) => total + (size ?? 0), 0);
    return first?.map((size, index) => (index === axis ? sum : size));
  },
};

/** Returns the shape that an input layer or the first layer of a sequential model declares. */
function declaredShape({ config }: DeclaredLayer): Shape | undefined {
  const shape = config['batch_input_shape'] ?? config['batch_shape'];
  return Array.isArray(shape) ? shape.map((size) => numberOf(size) ?? null) : undefined;
}

/** Returns the output shape of a window that slides over height and width, channels last. */
function slide({ config }: DeclaredLayer, input: Shape | undefined, size: unknown, channels: number | undefined) {
  const window = pairOf(size);
  if (input?.length !== 4 || window === undefined || config['data_format'] === 'channels_first') return undefined;
  const strides = pairOf(config['strides']) ?? ('pool_size' in config ? window : [1, 1]);
  const dilation = pairOf(config['dilation_rate']) ?? [1, 1];
  const across = ([1, 2] as const).map((axis) => {
    const [length, step] = [input[axis] ?? null, strides[axis - 1] ?? 1];
    if (length === null) return null;
    const reach = ((window[axis - 1] ?? 1) - 1) * (dilation[axis - 1] ?? 1);
    return Math.ceil((textOf(config['padding']) === 'same' ? length : length - reach) / step);
  });
  return [input[0] ?? null, ...across, channels ?? null];
}

function pad(input: Shape | undefined, amount: unknown, sign: 1 | -1): Shape | undefined {
  const sides = typeof amount === 'number' ? [amount, amount] : listOf(amount);
  const sums = sides.map((side) => pairOf(side)).map((pair) => (pair ? pair[0] + pair[1] : 0) * sign);
  const add = (size: number | null | undefined, more = 0) => (size == null ? null : size + more);
  return input && [input[0] ?? null, add(input[1], sums[0]), add(input[2], sums[1]), input[3] ?? null];
}

function times(size: number | null | undefined, factor: number): number | null {
  return size == null ? null : size * factor;
}

function product(sizes: Shape): number | null {
  return sizes.reduce<number | null>((all, size) => (all === null || size === null ? null : all * size), 1);
}
