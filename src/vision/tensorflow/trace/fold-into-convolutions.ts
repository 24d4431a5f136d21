import { DataType } from './data-type.ts';
import { type Graph, type GraphNode, type NodeInput, producerOf, sizeOf } from './graph.ts';

/** Returns a value for each channel. */
type ByChannel = (channel: number) => number;

/** The transform factor · x + offset. */
interface Affine {
  readonly factor: ByChannel;
  readonly offset: ByChannel;
}

/** A convolution with a constant kernel. */
interface Convolution {
  readonly node: GraphNode;
  readonly kernel: Floats;
  /** The number of output channels. */
  readonly channels: number;
  readonly bias: ByChannel;
}

interface Floats {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const SUMS = new Set(['Add', 'AddV2', 'AddN']);
const ACTIVATIONS = new Set(['Elu', 'LeakyRelu', 'Relu', 'Relu6']);

const FLOAT = { kind: 'type', value: DataType.float32 } as const;

/**
 * Folds constant affine transforms of a convolution's output (batch normalization by fixed statistics, a factor, a
 * bias) into the convolution's constant kernel and a bias. TensorFlow fuses convolution, bias and activation into one
 * kernel.
 *
 * @param roots the nodes that will be fetched.
 */
export function foldIntoConvolutions(graph: Graph, roots: readonly string[]): void {
  const nodes = graph.nodesFor(roots);
  const users = usersOf(nodes);
  const fetched = new Set(roots);
  for (const { name, op, inputs, attributes, device } of nodes) {
    const affineOf = affineOps[op];
    if (affineOf === undefined || secondaryOutputsUsed(name, users) || goesIntoSharedSum(name, users)) continue;
    for (const [position, input] of inputs.entries()) {
      // Any other user of the convolution needs its output unchanged.
      const convolution =
        users.get(input)?.length === 1 && !fetched.has(input) ? convolutionOf(graph, input) : undefined;
      if (convolution === undefined) continue;
      const constants = inputs
        .toSpliced(position, 1)
        .map((constant) => byChannel(floatsOf(graph, constant), convolution.channels));
      const affine = affineOf(constants, attributes);
      if (affine !== undefined) replaceBy(graph, name, convolution, affine, device);
    }
  }
}

/** The nodes that have a node as input, by its name. */
type Users = ReadonlyMap<string, readonly GraphNode[]>;

function usersOf(nodes: readonly GraphNode[]): Users {
  const users = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    for (const input of node.inputs.map(producerOf)) {
      const known = users.get(input);
      if (known === undefined) users.set(input, [node]);
      else known.push(node);
    }
  }
  return users;
}

function secondaryOutputsUsed(name: string, users: Users): boolean {
  return (users.get(name) ?? []).some(({ inputs }) => inputs.some((input) => input.startsWith(`${name}:`)));
}

/**
 * Returns whether a node goes into a sum that is followed by an activation and has another user. TensorFlow 2.21 fuses
 * convolution, bias, sum and activation even then, finds that the sum is missing, and gives up fusing in the whole
 * graph.
 */
function goesIntoSharedSum(name: string, users: Users): boolean {
  return (users.get(name) ?? []).some((user) => {
    const following = users.get(user.name) ?? [];
    return SUMS.has(user.op) && following.length > 1 && following.some(({ op }) => ACTIVATIONS.has(op));
  });
}

const shift = ([offset]: readonly (ByChannel | undefined)[]): Affine | undefined =>
  offset && { factor: () => 1, offset };

const affineOps: Readonly<
  Record<
    string,
    (constants: readonly (ByChannel | undefined)[], attributes: GraphNode['attributes']) => Affine | undefined
  >
> = {
  Add: shift,
  AddV2: shift,
  Mul: ([factor]) => factor && { factor, offset: () => 0 },
  FusedBatchNormV3: ([scale, offset, mean, variance], { epsilon, is_training }) => {
    if (!scale || !offset || !mean || !variance || is_training?.value !== false) return undefined;
    const factor: ByChannel = (at) => scale(at) / Math.sqrt(variance(at) + (epsilon?.value as number));
    return { factor, offset: (at) => offset(at) - mean(at) * factor(at) };
  },
};

function replaceBy(graph: Graph, name: string, convolution: Convolution, affine: Affine, device: string): void {
  const { node, kernel, channels, bias } = convolution;
  const byChannel = Array.from({ length: channels }, (_, channel) => ({
    factor: affine.factor(channel),
    bias: affine.factor(channel) * bias(channel) + affine.offset(channel),
  }));
  // The output channels are the last axis of a kernel, or the last two for a depthwise convolution.
  const scaled = kernel.values.map((value, at) => value * (byChannel[at % channels]?.factor ?? 0));
  const constant = (shape: readonly number[], values: Float32Array) =>
    graph.constant({ dtype: DataType.float32, shape, bytes: new Uint8Array(values.buffer) });
  const [x = ''] = node.inputs;
  const convolved = graph.add(node.op, [x, constant(kernel.shape, scaled)], node.attributes, { device: node.device });
  const biases = constant(
    [channels],
    Float32Array.from(byChannel, ({ bias }) => bias),
  );
  const attributes = { T: FLOAT, data_format: { kind: 'string', value: 'NHWC' } } as const;
  graph.replace({ name, op: 'BiasAdd', inputs: [convolved, biases], attributes, device });
}

function convolutionOf(graph: Graph, input: NodeInput): Convolution | undefined {
  const node = graph.node(producerOf(input));
  if (node.op === 'BiasAdd') {
    const [convolved = '', biases = ''] = node.inputs;
    const convolution = convolutionOf(graph, convolved);
    const bias = convolution && byChannel(floatsOf(graph, biases), convolution.channels);
    return bias && { ...convolution, bias: (at) => convolution.bias(at) + bias(at) };
  }
  if (node.op !== 'Conv2D' && node.op !== 'DepthwiseConv2dNative') return undefined;
  const kernel = floatsOf(graph, node.inputs[1] ?? '');
  if (kernel === undefined) return undefined;
  const channels = sizeOf(kernel.shape.slice(node.op === 'Conv2D' ? 3 : 2));
  return { node, kernel, channels, bias: () => 0 };
}

/** Returns constant values by channel if there is one value, or one for each channel; otherwise undefined. */
function byChannel(floats: Floats | undefined, channels: number): ByChannel | undefined {
  const values = floats?.values;
  if (floats === undefined || floats.shape.length > 4) return undefined;
  if (values?.length === 1) return () => values[0] ?? 0;
  if (values?.length !== channels || floats.shape.at(-1) !== channels) return undefined;
  return (channel) => values[channel] ?? 0;
}

function floatsOf(graph: Graph, input: NodeInput): Floats | undefined {
  const { op, inputs, attributes } = graph.node(producerOf(input));
  if (op === 'Const' && attributes['value']?.kind === 'tensor') {
    const { dtype, shape, bytes } = attributes['value'].value;
    return dtype === DataType.float32 ? { shape, values: new Float32Array(bytes.slice().buffer) } : undefined;
  }
  const [dims, value] = op === 'Fill' ? inputs.map((of) => graph.node(of).attributes['value']) : [];
  if (dims?.kind !== 'tensor' || value?.kind !== 'tensor' || value.value.dtype !== DataType.float32) return undefined;
  const shape = Array.from(new Int32Array(dims.value.bytes.slice().buffer));
  const [filling = 0] = new Float32Array(value.value.bytes.slice().buffer);
  return { shape, values: new Float32Array(sizeOf(shape)).fill(filling) };
}
