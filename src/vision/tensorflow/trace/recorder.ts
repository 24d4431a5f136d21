import type { TFEOpAttr, TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import { DataType, type TensorValues, toDataType, zeroValues } from './data-type.ts';
import { type AttributeValue, type Graph, sizeOf } from './graph.ts';
import { outputSpecs, type TensorSpec } from './output-specs.ts';

/** A symbolic tensor of a function that is being traced: it stands for an output of a node. */
export interface TracedTensor extends TensorSpec {
  readonly node: string;
}

/** Records the ops that TensorFlow.js runs as nodes of a graph. */
export interface Recorder {
  /** A proxy to use instead of the real binding. It records ops and does not run them. */
  readonly binding: TFJSBinding;
  /** The device of the nodes recorded from now on; if empty, TensorFlow chooses. */
  device: string;
  /** The nodes that change variables, in order. */
  readonly updates: string[];
  /** Registers a symbolic tensor and returns its ID in the proxy. */
  register(tensor: TracedTensor): number;
  /** Makes a tensor of the real binding stand for an output of a node. */
  replace(id: number, tensor: TracedTensor): void;
  /** Returns the symbolic tensor of an ID. */
  tensor(id: number): TracedTensor;
}

/** The last ID given by the proxy. The real binding never reaches such large IDs. */
let nextId = 2 ** 30;

/** The maximum number of values of a tensor that is computed while tracing (constant folding). */
const SMALL = 1024;

/** The data types whose values the binding returns in the form in which it takes them. */
const READABLE = new Set<number>([DataType.float32, DataType.int32, DataType.bool]);

/**
 * Creates a recorder.
 *
 * @param binding the real binding, which holds the tensors computed before.
 * @param scope the prefix of the names of recorded updates.
 */
export function createRecorder(binding: TFJSBinding, graph: Graph, scope: string): Recorder {
  return new BindingRecorder(binding, graph, scope);
}

class BindingRecorder implements Recorder {
  readonly binding: TFJSBinding;
  device = '';
  readonly updates: string[] = [];
  readonly #real: TFJSBinding;
  readonly #graph: Graph;
  readonly #scope: string;
  readonly #traced = new Map<number, TracedTensor>();
  readonly #attributeKinds: ReturnType<typeof kindsOf>;
  readonly #specs = new Map<string, readonly TensorSpec[]>();

  constructor(real: TFJSBinding, graph: Graph, scope: string) {
    this.#real = real;
    this.#graph = graph;
    this.#scope = scope;
    this.#attributeKinds = kindsOf(real);
    this.binding = Object.create(real, Object.getOwnPropertyDescriptors(this.#overrides())) as TFJSBinding;
  }

  register(tensor: TracedTensor): number {
    nextId += 1;
    this.#traced.set(nextId, tensor);
    return nextId;
  }

  replace(id: number, tensor: TracedTensor): void {
    this.#traced.set(id, tensor);
  }

  /** Tensors that were computed before tracing become constants. */
  tensor(id: number): TracedTensor {
    const known = this.#traced.get(id);
    if (known !== undefined) return known;
    const [identity] = this.#real.executeOp('Identity', [], [id], 1);
    if (identity === undefined) throw new Error(`The binding has no tensor with the ID ${id}.`);
    this.#real.deleteTensor(identity.id);
    const captured = this.#constant(toDataType(identity.dtype), identity.shape, this.#real.tensorDataSync(id));
    this.#traced.set(id, captured);
    return captured;
  }

  /** The methods that the proxy overrides. */
  #overrides(): Pick<TFJSBinding, 'executeOp' | 'createTensor' | 'deleteTensor' | 'tensorDataSync'> {
    return {
      executeOp: (op, attributes, ids, outputs) => this.#executeOp(op, attributes, ids, outputs),
      createTensor: (shape, dtype, values) => {
        const id = this.#real.createTensor(shape, dtype, values);
        if (dtype !== DataType.string) {
          this.#traced.set(id, this.#constant(toDataType(dtype), shape, values as TensorValues));
        }
        return id;
      },
      deleteTensor: (id) => {
        // Tensors of the real binding stay registered: IDs are not reused.
        if (id < 2 ** 30) this.#real.deleteTensor(id);
        else this.#traced.delete(id);
      },
      tensorDataSync: (id) => {
        const values = this.tensor(id).values;
        if (values !== undefined) return values;
        throw new Error('A traced function cannot read a value that depends on the inputs of the graph.');
      },
    };
  }

  #executeOp(op: string, opAttributes: TFEOpAttr[], ids: number[], outputs: number) {
    const inputs = ids.map((id) => this.tensor(id));
    if (outputs > 0 && inputs.length > 0 && inputs.every(isSmallConstant)) {
      const folded = this.#fold(op, opAttributes, inputs, outputs);
      if (folded !== undefined) return folded;
    }
    const attributes = Object.fromEntries(opAttributes.map((attribute) => [attribute.name, this.#toValue(attribute)]));
    const changesVariable = outputs === 0;
    const options = { device: this.device };
    const name = this.#graph.add(
      op,
      inputs.map(({ node }) => node),
      attributes,
      changesVariable ? { ...options, name: `${this.#scope}/${op}_${this.updates.length}` } : options,
    );
    if (changesVariable) this.updates.push(name);
    const found = outputSpecs(op, inputs, attributes) ?? this.#probe(op, opAttributes, inputs, outputs);
    return found.slice(0, outputs).map((spec, index) => {
      const node = index === 0 ? name : `${name}:${index}`;
      return { id: this.register({ ...spec, node }), shape: [...spec.shape], dtype: spec.dtype };
    });
  }

  #constant(dtype: DataType, shape: readonly number[], values: TensorValues): TracedTensor {
    const copy = values.slice();
    const bytes = new Uint8Array(copy.buffer, copy.byteOffset, copy.byteLength);
    const graph = this.#graph;
    // Most constants are folded into others: a node is only added when another node uses it.
    let node: string | undefined;
    return {
      dtype,
      shape,
      values: copy,
      get node() {
        node ??= graph.constant({ dtype, shape, bytes });
        return node;
      },
    };
  }

  /**
   * Computes small values that do not depend on the inputs, which the graph would otherwise recompute in every step.
   */
  #fold(op: string, opAttributes: TFEOpAttr[], inputs: readonly TensorSpec[], outputs: number) {
    const ids = inputs.map((input) => this.#materialise(input));
    const results = this.#real.executeOp(op, opAttributes, ids, outputs);
    const small = results.every(({ dtype, shape }) => READABLE.has(dtype) && sizeOf(shape) <= SMALL);
    const values = small ? results.map(({ id }) => this.#real.tensorDataSync(id)) : [];
    for (const id of [...ids, ...results.map((result) => result.id)]) this.#real.deleteTensor(id);
    if (!small) return undefined;
    return results.map(({ dtype, shape }, index) => {
      const id = this.register(this.#constant(toDataType(dtype), shape, values[index] ?? new Float32Array()));
      return { id, shape, dtype };
    });
  }

  #materialise({ dtype, shape, values }: TensorSpec): number {
    return this.#real.createTensor([...shape], dtype, values ?? zeroValues(dtype, sizeOf(shape)));
  }

  /** Runs an op that has no inference rule on zeros to find out the types and shapes of its outputs. */
  #probe(op: string, opAttributes: TFEOpAttr[], inputs: readonly TensorSpec[], outputs: number) {
    const key = JSON.stringify([op, opAttributes, inputs.map(({ values, ...spec }) => [spec, values && [...values]])]);
    const known = this.#specs.get(key);
    if (known !== undefined) return known;
    const ids = inputs.map((input) => this.#materialise(input));
    const results = this.#real.executeOp(op, opAttributes, ids, outputs);
    for (const id of [...ids, ...results.map((result) => result.id)]) this.#real.deleteTensor(id);
    const found = results.map(({ dtype, shape }) => ({ dtype: toDataType(dtype), shape }));
    this.#specs.set(key, found);
    return found;
  }

  #toValue({ name, type, value }: TFEOpAttr): AttributeValue {
    const kind = this.#attributeKinds.get(type);
    if (kind === undefined) throw new Error(`The attribute "${name}" has an unsupported type: ${type}.`);
    if (kind === 'type') return { kind, value: toDataType(value as number) };
    if (kind === 'shape' || !Array.isArray(value)) return { kind, value } as AttributeValue;
    return { kind: `${kind}s`, value } as unknown as AttributeValue;
  }
}

function isSmallConstant({ values }: TensorSpec): boolean {
  return values !== undefined && values.length <= SMALL;
}

function kindsOf(binding: TFJSBinding): ReadonlyMap<number, 'string' | 'int' | 'float' | 'bool' | 'type' | 'shape'> {
  return new Map([
    [binding.TF_ATTR_STRING, 'string'],
    [binding.TF_ATTR_INT, 'int'],
    [binding.TF_ATTR_FLOAT, 'float'],
    [binding.TF_ATTR_BOOL, 'bool'],
    [binding.TF_ATTR_TYPE, 'type'],
    [binding.TF_ATTR_SHAPE, 'shape'],
  ]);
}
