import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { nodeBackend } from '../execute-op.ts';
import type { TensorFlow } from '../load.ts';
import { DataType } from './data-type.ts';
import type { Graph } from './graph.ts';
import { createRecorder, type Recorder, type TracedTensor } from './recorder.ts';
import { addCondition, orderUpdates } from './update-order.ts';
import { addAssignment, addPlaceholder, addRead, addReadAfter, addShape, type GraphVariable } from './variables.ts';

/** Data type and shape of an input of an entry point. */
export interface InputSpec {
  readonly dtype: 'float32' | 'int32' | 'uint8';
  readonly shape: readonly number[];
}

/** What a function that is being traced can use beyond TensorFlow.js. */
export interface Tracing {
  /** Returns the handle of a variable, for ops that update a variable in place (`ResourceApplyAdam`). */
  handle(variable: GraphVariable): Tensor;
  /** Returns the value that a variable has at the start of a run. */
  read(variable: GraphVariable): Tensor;
  /** Returns the value that a variable has after the updates of it that have been traced so far. */
  readUpdated(variable: GraphVariable): Tensor;
  /** Sets a variable at the end of a run. */
  assign(variable: GraphVariable, value: Tensor): void;
  /** Makes the updates of variables in `work` happen only in those runs in which a boolean scalar is true. */
  onlyIf(condition: Tensor, work: () => void): void;
  /** Places the ops of `work` on a device, for example `/device:GPU:1`. */
  onDevice<Value>(device: string, work: () => Value): Value;
}

export type TracedFunction = (inputs: Record<string, Tensor>, tracing: Tracing) => Record<string, Tensor>;

/** A variable of the graph that is also a TensorFlow.js variable. */
export interface SharedVariable {
  readonly variable: GraphVariable;
  readonly tensor: Variable;
}

/** The nodes of a traced function. */
export interface TracedEntry {
  readonly placeholders: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, TracedTensor>>;
  /** Nodes that are computed after the variables have been changed. */
  readonly updates: readonly string[];
}

/** Records a function's ops as nodes. The TensorFlow.js variables keep the values that they had before. */
export function traceFunction(
  tf: TensorFlow,
  graph: Graph,
  scope: string,
  variables: readonly SharedVariable[],
  inputs: Readonly<Record<string, InputSpec>>,
  run: TracedFunction,
): TracedEntry {
  const backend = nodeBackend(tf);
  const { binding } = backend;
  const recorder = createRecorder(binding, graph, scope);
  const idOf = (tensor: Tensor) => backend['getInputTensorIds']([tensor])[0] ?? Number.NaN;
  const read = variables.map(({ variable, tensor }) => ({ variable, tensor, id: idOf(tensor) }));
  if (new Set(read.map(({ id }) => id)).size < read.length) throw new Error('Two variables share one tensor.');

  const reads = new Map<string, string>();
  for (const { variable, id } of read) {
    const node = addRead(graph, `${scope}/read_${variable.handle}`, variable.handle);
    reads.set(node, variable.handle);
    recorder.replace(id, { node, dtype: DataType.float32, shape: variable.shape });
  }
  const placeholders = Object.fromEntries(
    Object.entries(inputs).map(([name, { dtype, shape }]) => [
      name,
      addPlaceholder(graph, `${scope}/in/${name}`, DataType[dtype], shape),
    ]),
  );

  const outputs: Record<string, TracedTensor> = {};
  const conditional = new Set<string>();
  const ends: string[] = [];
  withBinding(backend, recorder.binding, () =>
    withValuesRestored(tf, variables, () =>
      tf.tidy(() => {
        const symbol = (tensor: TracedTensor) =>
          backend['createOutputTensor']({
            id: recorder.register(tensor),
            shape: [...tensor.shape],
            dtype: tensor.dtype,
          });
        const fed = Object.entries(inputs).map(([name, { dtype, shape }]) => [
          name,
          symbol({
            node: addShape(graph, placeholders[name] ?? '', DataType[dtype], shape),
            dtype: DataType[dtype],
            shape,
          }),
        ]);
        const results = run(Object.fromEntries(fed), {
          handle: ({ handle }) => symbol({ node: handle, dtype: DataType.resource, shape: [] }),
          read({ handle, shape }) {
            const known = [...reads].find(([, variable]) => variable === handle);
            const node = known?.[0] ?? addRead(graph, `${scope}/read_${handle}`, handle);
            reads.set(node, handle);
            return symbol({ node, dtype: DataType.float32, shape });
          },
          readUpdated: ({ handle, shape }) =>
            symbol({ node: addReadAfter(graph, scope, handle, recorder.updates), dtype: DataType.float32, shape }),
          assign({ handle }, value) {
            const { node } = recorder.tensor(idOf(value));
            recorder.updates.push(addAssignment(graph, `${scope}/assign_${handle}`, handle, node));
          },
          onlyIf(condition, work) {
            const before = recorder.updates.length;
            work();
            const updates = recorder.updates.slice(before);
            for (const update of updates) conditional.add(update);
            ends.push(addCondition(graph, recorder.tensor(idOf(condition)).node, updates));
          },
          onDevice: (device, work) => onDevice(recorder, device, work),
        });
        for (const { variable, tensor, id } of read) {
          const now = idOf(tensor);
          if (now === id) continue;
          const name = `${scope}/assign_${variable.handle}`;
          recorder.updates.push(addAssignment(graph, name, variable.handle, recorder.tensor(now).node));
        }
        // The tensors are disposed of with this scope, so their nodes must be looked up here.
        for (const [name, tensor] of Object.entries(results)) outputs[name] = recorder.tensor(idOf(tensor));
      }),
    ),
  );
  const fetched = Object.values(outputs).map(({ node }) => node);
  orderUpdates(graph, recorder.updates, reads, fetched);
  const updates = [...recorder.updates.filter((update) => !conditional.has(update)), ...ends];
  return { placeholders, outputs, updates };
}

function onDevice<Value>(recorder: Recorder, device: string, work: () => Value): Value {
  const before = recorder.device;
  recorder.device = device;
  try {
    return work();
  } finally {
    recorder.device = before;
  }
}

function withBinding<Value>(
  backend: ReturnType<typeof nodeBackend>,
  replacement: Recorder['binding'],
  work: () => Value,
): Value {
  const { binding } = backend;
  backend.binding = replacement;
  try {
    return work();
  } finally {
    backend.binding = binding;
  }
}

function withValuesRestored<Value>(tf: TensorFlow, variables: readonly SharedVariable[], work: () => Value): Value {
  // A clone shares the values, so that an assignment does not free them.
  const before = variables.map(({ tensor }) => ({ tensor, value: tf.keep(tensor.clone()) }));
  try {
    return work();
  } finally {
    for (const { tensor, value } of before) {
      tensor.assign(value);
      value.dispose();
    }
  }
}
