import { DataType, type TensorValues, toDataType } from './data-type.ts';
import type { AttributeValue } from './graph.ts';

/** The static properties of a tensor. */
export interface TensorSpec {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** The values, if they do not depend on the inputs of the graph. */
  readonly values?: TensorValues | undefined;
}

export type Attributes = Readonly<Record<string, AttributeValue>>;

/**
 * Infers data types and shapes of an op's outputs from its inputs (shape inference).
 *
 * @returns the spec of each output; undefined if there is no rule for the op or the rule does not cover this use.
 */
export function outputSpecs(
  op: string,
  inputs: readonly TensorSpec[],
  attributes: Attributes,
): readonly TensorSpec[] | undefined {
  return rules[op]?.(inputs, attributes);
}

type Rule = (inputs: readonly TensorSpec[], attributes: Attributes) => readonly TensorSpec[] | undefined;

const likeFirst: Rule = ([x]) => x && [{ dtype: x.dtype, shape: x.shape }];

const broadcast: Rule = ([a, b]) => {
  const shape = a && b && broadcastShape(a.shape, b.shape);
  return shape && [{ dtype: a.dtype, shape }];
};

const comparison: Rule = (inputs, attributes) =>
  broadcast(inputs, attributes)?.map(({ shape }) => ({ dtype: DataType.bool, shape }));

const reduction: Rule = ([x, axes], attributes) => {
  if (x === undefined || axes?.values === undefined) return undefined;
  const reduced = new Set(Array.from(axes.values, (axis) => (axis < 0 ? axis + x.shape.length : axis)));
  const keep = bool(attributes, 'keep_dims');
  return [
    { dtype: x.dtype, shape: x.shape.flatMap((length, axis) => (reduced.has(axis) ? (keep ? [1] : []) : [length])) },
  ];
};

/** Returns a rule for ops whose output shape is the value of the input at `position`. */
const shapeGivenBy =
  (position: number): Rule =>
  (inputs) => {
    const shape = inputs[position]?.values;
    return shape && [{ dtype: DataType.float32, shape: Array.from(shape) }];
  };

const convolution =
  (channels: (filter: readonly number[]) => number): Rule =>
  ([x, filter], attributes) =>
    x &&
    filter &&
    windows(x, filter.shape.slice(0, 2), ints(attributes, 'dilations'), channels(filter.shape), attributes);

const pooling: Rule = ([x], attributes) =>
  x && windows(x, ints(attributes, 'ksize')?.slice(1, 3) ?? [], undefined, x.shape[3] ?? 0, attributes);

const batchNorm =
  (outputs: number): Rule =>
  ([x]) => {
    if (x === undefined) return undefined;
    const perChannel = { dtype: x.dtype, shape: x.shape.slice(-1) };
    return [{ dtype: x.dtype, shape: x.shape }, ...new Array<TensorSpec>(outputs - 1).fill(perChannel)];
  };

const matrixProduct =
  (adjointA: string, adjointB: string): Rule =>
  ([a, b], attributes) => {
    if (a === undefined || b === undefined) return undefined;
    const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const rows = a.shape.at(bool(attributes, adjointA) ? -1 : -2);
    const columns = b.shape.at(bool(attributes, adjointB) ? -2 : -1);
    return batch && rows !== undefined && columns !== undefined
      ? [{ dtype: a.dtype, shape: [...batch, rows, columns] }]
      : undefined;
  };

const rules: Readonly<Record<string, Rule>> = {
  ...named(likeFirst, [
    ...['Abs', 'AddN', 'DeepCopy', 'Elu', 'Exp', 'Identity', 'Log', 'LogSoftmax', 'MaxPoolGrad', 'Neg', 'OnesLike'],
    ...[
      'Relu',
      'Relu6',
      'Relu6Grad',
      'ReluGrad',
      'Rsqrt',
      'Sigmoid',
      'Sign',
      'Softmax',
      'Sqrt',
      'Square',
      'StopGradient',
    ],
    ...['Tanh', 'ZerosLike'],
  ]),
  ...named(broadcast, [
    ...['Add', 'AddV2', 'Div', 'FloorDiv', 'Maximum', 'Minimum', 'Mul', 'Pow', 'RealDiv', 'SquaredDifference', 'Sub'],
  ]),
  ...named(comparison, [
    'Equal',
    'Greater',
    'GreaterEqual',
    'Less',
    'LessEqual',
    'LogicalAnd',
    'LogicalOr',
    'NotEqual',
  ]),
  ...named(reduction, ['All', 'Any', 'Max', 'Mean', 'Min', 'Prod', 'Sum']),
  AssignVariableOp: () => [],
  ArgMax: ([x, axis], attributes) => {
    const reduced = reduction(x && axis ? [x, axis] : [], {});
    return reduced?.map(({ shape }) => ({ dtype: type(attributes, 'output_type') ?? DataType.int64, shape }));
  },
  AvgPool: pooling,
  AvgPoolGrad: shapeGivenBy(0),
  BatchMatMul: matrixProduct('adj_x', 'adj_y'),
  BatchMatMulV2: matrixProduct('adj_x', 'adj_y'),
  Cast: ([x], attributes) => x && [{ dtype: type(attributes, 'DstT') ?? x.dtype, shape: x.shape }],
  ConcatV2: (inputs) => {
    const axis = inputs.at(-1)?.values?.[0];
    const [first] = inputs;
    if (first === undefined || axis === undefined) return undefined;
    const at = axis < 0 ? axis + first.shape.length : axis;
    const length = inputs.slice(0, -1).reduce((sum, { shape }) => sum + (shape[at] ?? 0), 0);
    return [{ dtype: first.dtype, shape: first.shape.with(at, length) }];
  },
  Conv2D: convolution(([, , , outputs]) => outputs ?? 0),
  Conv2DBackpropFilter: shapeGivenBy(1),
  Conv2DBackpropInput: shapeGivenBy(0),
  DepthwiseConv2dNative: convolution(([, , inputs, multiplier]) => (inputs ?? 0) * (multiplier ?? 0)),
  DepthwiseConv2dNativeBackpropFilter: shapeGivenBy(1),
  DepthwiseConv2dNativeBackpropInput: shapeGivenBy(0),
  Fill: ([dims, value]) => dims?.values && value && [{ dtype: value.dtype, shape: Array.from(dims.values) }],
  FusedBatchNorm: batchNorm(5),
  FusedBatchNormGradV3: ([, x]) => batchNorm(5)(x ? [x] : [], {}),
  FusedBatchNormV3: batchNorm(6),
  ImageProjectiveTransformV3: ([images, , size]) =>
    images &&
    size?.values && [{ dtype: images.dtype, shape: [images.shape[0] ?? 0, ...size.values, images.shape[3] ?? 0] }],
  L2Loss: ([x]) => x && [{ dtype: x.dtype, shape: [] }],
  LogicalNot: likeFirst,
  MatMul: matrixProduct('transpose_a', 'transpose_b'),
  MaxPool: pooling,
  PadV2: ([x, paddings]) => {
    const around = paddings?.values;
    if (x === undefined || around === undefined) return undefined;
    const shape = x.shape.map((length, axis) => length + (around[2 * axis] ?? 0) + (around[2 * axis + 1] ?? 0));
    return [{ dtype: x.dtype, shape }];
  },
  Reshape: ([x, shape]) => {
    if (x === undefined || shape?.values === undefined) return undefined;
    const requested = Array.from(shape.values);
    const known = requested.reduce((size, length) => (length < 0 ? size : size * length), 1);
    const size = x.shape.reduce((product, length) => product * length, 1);
    return [
      { dtype: x.dtype, shape: requested.map((length) => (length < 0 ? size / known : length)), values: x.values },
    ];
  },
  ResourceApplyAdam: () => [],
  ResourceApplyGradientDescent: () => [],
  ResourceApplyKerasMomentum: () => [],
  Slice: ([x, begin, size]) => {
    const [from, lengths] = [begin?.values, size?.values];
    if (x === undefined || from === undefined || lengths === undefined) return undefined;
    const shape = x.shape.map((length, axis) =>
      (lengths[axis] ?? 0) < 0 ? length - (from[axis] ?? 0) : (lengths[axis] ?? 0),
    );
    return [{ dtype: x.dtype, shape }];
  },
  SplitV: ([x, sizes, axis]) => {
    const at = axis?.values?.[0];
    if (x === undefined || sizes?.values === undefined || at === undefined) return undefined;
    return Array.from(sizes.values, (length) => ({ dtype: x.dtype, shape: x.shape.with(at, length) }));
  },
  StatelessRandomUniform: shapeGivenBy(0),
  StatelessTruncatedNormal: shapeGivenBy(0),
  Tile: ([x, multiples]) => {
    const times = multiples?.values;
    return x && times && [{ dtype: x.dtype, shape: x.shape.map((length, axis) => length * (times[axis] ?? 1)) }];
  },
  Transpose: ([x, order]) =>
    x && order?.values && [{ dtype: x.dtype, shape: Array.from(order.values, (axis) => x.shape[axis] ?? 0) }],
};

function named(rule: Rule, ops: readonly string[]): Record<string, Rule> {
  return Object.fromEntries(ops.map((op) => [op, rule]));
}

/** Infers the output of an op that slides a window over height and width. */
function windows(
  { dtype, shape: [count = 0, height = 0, width = 0] }: TensorSpec,
  [windowHeight = 1, windowWidth = 1]: readonly number[],
  dilations: readonly number[] | undefined,
  channels: number,
  attributes: Attributes,
): readonly TensorSpec[] | undefined {
  const padding = attributes['padding']?.value;
  if (padding !== 'SAME' && padding !== 'VALID') return undefined;
  if ((attributes['data_format']?.value ?? 'NHWC') !== 'NHWC') return undefined;
  const strides = ints(attributes, 'strides') ?? [];
  const along = (length: number, window: number, axis: 1 | 2) => {
    const lost = padding === 'SAME' ? 0 : (window - 1) * (dilations?.[axis] ?? 1);
    return Math.ceil((length - lost) / (strides[axis] ?? 1));
  };
  return [{ dtype, shape: [count, along(height, windowHeight, 1), along(width, windowWidth, 2), channels] }];
}

function broadcastShape(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const shape = Array.from({ length: rank }, (_, axis) => {
    const [ofA, ofB] = [a.at(axis - rank) ?? 1, b.at(axis - rank) ?? 1];
    return axis < rank - a.length ? ofB : axis < rank - b.length ? ofA : ofA === 1 ? ofB : ofA;
  });
  return shape;
}

function ints(attributes: Attributes, name: string): readonly number[] | undefined {
  const attribute = attributes[name];
  return attribute?.kind === 'ints' ? attribute.value : undefined;
}

function bool(attributes: Attributes, name: string): boolean {
  return attributes[name]?.value === true;
}

function type(attributes: Attributes, name: string): DataType | undefined {
  const value = attributes[name]?.value;
  return typeof value === 'number' ? toDataType(value) : undefined;
}
