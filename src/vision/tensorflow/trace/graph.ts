import { createHash } from 'node:crypto';
import { DataType } from './data-type.ts';

/** The value of an attribute, as in TensorFlow's `AttrValue`. */
export type AttributeValue =
  | { readonly kind: 'type'; readonly value: DataType }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int' | 'float'; readonly value: number }
  | { readonly kind: 'ints' | 'floats' | 'shape'; readonly value: readonly number[] }
  | { readonly kind: 'bools'; readonly value: readonly boolean[] }
  | { readonly kind: 'tensor'; readonly value: ConstantTensor };

/** A constant tensor, with its values as little-endian bytes. */
export interface ConstantTensor {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A reference to a node's output as in `GraphDef`: `name` or `name:1`, or `^name` for a control dependency. */
export type NodeInput = string;

export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: NodeInput[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** The device it runs on; if empty, TensorFlow chooses. */
  readonly device: string;
}

/** A graph of TensorFlow ops that is being built. */
export interface Graph {
  /** Adds a node and returns its name. Without a given name, an equal earlier node is reused. */
  add(op: string, inputs: readonly NodeInput[], attributes: GraphNode['attributes'], options?: NodeOptions): string;
  /** Adds a constant; a `Fill` if it is large and all of its values are equal. */
  constant(tensor: ConstantTensor): string;
  /** Adds a tensor whose values are all equal; `value` is the bytes of one of them. */
  filled(dtype: DataType, shape: readonly number[], value: Uint8Array): string;
  /** Returns a node by name; throws if there is none. */
  node(name: string): GraphNode;
  /** Replaces the node of the same name by one with equivalent outputs. */
  replace(node: GraphNode): void;
  /** Returns the given nodes and all nodes that they depend on, in the order in which they were added. */
  nodesFor(roots: Iterable<string>): readonly GraphNode[];
}

export interface NodeOptions {
  readonly name?: string;
  readonly device?: string;
}

/** Constants with fewer values are never turned into a `Fill`. */
const MIN_FILL_SIZE = 64;

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
    if (nodes.has(name)) throw new Error(`The graph already has a node named "${name}".`);
    nodes.set(name, { name, op, inputs: [...inputs], attributes, device });
    if (content !== undefined) byContent.set(content, name);
    return name;
  }

  function constant(tensor: ConstantTensor): string {
    const { dtype, shape, bytes } = tensor;
    const width = bytes.length / Math.max(1, sizeOf(shape));
    if (sizeOf(shape) < MIN_FILL_SIZE || !repeats(bytes, width)) {
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
    if (found === undefined) throw new Error(`The graph has no node named "${name}".`);
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

/** Returns the name of the node that an input refers to. */
export function producerOf(input: NodeInput): string {
  return input.replace(/^\^|:\d+$/g, '');
}

/** Returns the number of values of a shape. */
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

/** Returns whether all values, of `width` bytes each, are equal. */
function repeats(bytes: Uint8Array, width: number): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.subarray(width).equals(buffer.subarray(0, buffer.length - width));
}
