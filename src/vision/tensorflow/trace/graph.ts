import { createHash } from 'node:crypto';
import { DataType } from './data-type.ts';

/** An attribute's value as TensorFlow's `AttrValue` holds it. */
export type AttributeValue =
  | { readonly kind: 'type'; readonly value: DataType }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int' | 'float'; readonly value: number }
  | { readonly kind: 'ints' | 'floats' | 'shape'; readonly value: readonly number[] }
  | { readonly kind: 'bools'; readonly value: readonly boolean[] }
  | { readonly kind: 'tensor'; readonly value: ConstantTensor };

/** The little-endian bytes of a tensor. */
export interface ConstantTensor {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** An output of a node as `GraphDef` refers to it, `name` or `name:1`, or `^name` for «not before it». */
export type NodeInput = string;

export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: NodeInput[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Where it runs; TensorFlow chooses where there is none. */
  readonly device: string;
}

export interface Graph {
  /** @returns the node's name. A node that does the same as an earlier one, unless it has a name of its own, is that one. */
  add(op: string, inputs: readonly NodeInput[], attributes: GraphNode['attributes'], options?: NodeOptions): string;
  /** A tensor that never changes; where all of its many values are the same, a `Fill`. */
  constant(tensor: ConstantTensor): string;
  /** A tensor that has the bytes of one value everywhere. */
  filled(dtype: DataType, shape: readonly number[], value: Uint8Array): string;
  node(name: string): GraphNode;
  /** Puts a node in the place of the one of its name, which puts out the same. */
  replace(node: GraphNode): void;
  /** The nodes from which these follow, and themselves, in the order in which they were added. */
  nodesFor(roots: Iterable<string>): readonly GraphNode[];
}

export interface NodeOptions {
  readonly name?: string;
  readonly device?: string;
}

/** Smaller constants stand as they are. */
const SMALLEST_FILL = 64;

export function createGraph(): Graph {
  const nodes = new Map<string, GraphNode>();
  const byContent = new Map<string, string>();

  function add(
    op: string,
    inputs: readonly NodeInput[],
    attributes: GraphNode['attributes'],
    { name: given, device = '' }: NodeOptions = {},
  ): string {
    const content = given === undefined ? contentOf(op, inputs, attributes, device) : undefined;
    const known = content === undefined ? undefined : byContent.get(content);
    if (known !== undefined) return known;
    const name = given ?? `${op}_${nodes.size}`.replace(/^_+/, '');
    if (nodes.has(name)) throw new Error(`The graph has two nodes of the name «${name}».`);
    nodes.set(name, { name, op, inputs: [...inputs], attributes, device });
    if (content !== undefined) byContent.set(content, name);
    return name;
  }

  function constant(tensor: ConstantTensor): string {
    const { dtype, shape, bytes } = tensor;
    const width = bytes.length / Math.max(1, sizeOf(shape));
    if (sizeOf(shape) < SMALLEST_FILL || !repeats(bytes, width)) {
      return add('Const', [], { dtype: { kind: 'type', value: dtype }, value: { kind: 'tensor', value: tensor } });
    }
    return filled(dtype, shape, bytes.subarray(0, width));
  }

  function filled(dtype: DataType, shape: readonly number[], value: Uint8Array): string {
    const dims = new Uint8Array(Int32Array.from(shape).buffer);
    return add(
      'Fill',
      [
        constant({ dtype: DataType.int32, shape: [shape.length], bytes: dims }),
        constant({ dtype, shape: [], bytes: value }),
      ],
      { T: { kind: 'type', value: dtype }, index_type: { kind: 'type', value: DataType.int32 } },
    );
  }

  function node(name: string): GraphNode {
    const found = nodes.get(name);
    if (found === undefined) throw new Error(`The graph has no node of the name «${name}».`);
    return found;
  }

  return {
    add,
    constant,
    filled,
    node,
    replace: (replacement) => void nodes.set(node(replacement.name).name, replacement),
    nodesFor(roots) {
      const reached = new Set<string>();
      const waiting = [...roots];
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        if (reached.has(name)) continue;
        reached.add(name);
        waiting.push(...node(name).inputs.map(producerOf));
      }
      return [...nodes.values()].filter(({ name }) => reached.has(name));
    },
  };
}

/** The node whose output or end an input stands for. */
export function producerOf(input: NodeInput): string {
  return input.replace(/^\^|:\d+$/g, '');
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

function contentOf(
  op: string,
  inputs: readonly NodeInput[],
  attributes: GraphNode['attributes'],
  device: string,
): string {
  const values = Object.entries(attributes).map(([name, { kind, value }]) => [
    name,
    kind === 'tensor' ? [value.dtype, value.shape, digestOf(value.bytes)] : value,
  ]);
  return JSON.stringify([op, device, inputs, values]);
}

function digestOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.length <= 64 ? buffer.toString('hex') : createHash('sha256').update(buffer).digest('hex');
}

/** Whether every value has the bytes of the first. */
function repeats(bytes: Uint8Array, width: number): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.subarray(width).equals(buffer.subarray(0, buffer.length - width));
}
