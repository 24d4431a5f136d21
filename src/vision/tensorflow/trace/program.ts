import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { coreApiOf, type TensorFlow } from '../load.ts';
import type { SessionOptions } from '../session/config-proto.ts';
import { graphDefinition } from '../session/graph-definition.ts';
import { type EntryPoint, openSession, type Session, type VariableNodes } from '../session/session.ts';
import { DataType } from './data-type.ts';
import { foldIntoConvolutions } from './fold-into-convolutions.ts';
import { createGraph, type Graph } from './graph.ts';
import { type InputSpec, type TracedFunction, type Tracing, traceFunction } from './trace.ts';
import { addSignal, addVariable, addZeroing, type GraphVariable } from './variables.ts';

export type { EntryPoint, Session } from '../session/session.ts';
export type { Tracing } from './trace.ts';
export type { GraphVariable } from './variables.ts';

/**
 * Collects functions of TensorFlow.js tensors as entry points of one TensorFlow graph with shared variables; the
 * counterpart of `tf.function` in Python. A graph runs as fast as in Python; op by op from JavaScript, the same
 * functions take more than twice as long.
 */
export interface Program {
  /** Declares a variable that traced functions read and assign. Its value in the graph starts as the current one. */
  variable(variable: Variable): GraphVariable;
  /** Declares a float32 variable that exists only in the graph, initialized to zero. */
  state(shape: readonly number[]): GraphVariable;
  /**
   * Traces a function without computing anything: outputs are inferred from inputs. The function must not read values
   * of tensors, and numbers that it draws at random in JavaScript are the same in every run.
   *
   * A run of the entry point reads the variables as they are at its start and updates them afterwards.
   *
   * @param name letters, digits and `_`.
   */
  entry<Input extends string, Output extends string>(
    name: string,
    inputs: Readonly<Record<Input, InputSpec>>,
    run: (inputs: Record<Input, Tensor>, tracing: Tracing) => Record<Output, Tensor>,
  ): EntryPoint<Input, Output>;
  /** Loads the graph into TensorFlow. Nothing can be added afterwards. */
  load(): Promise<Session>;
}

/** Creates an empty program, to be run with the given options. */
export function createProgram(tf: TensorFlow, options: SessionOptions = {}): Program {
  const graph = createGraph();
  const shared = new Map<Variable, GraphVariable>();
  const states: GraphVariable[] = [];
  const fetched: string[] = [];

  function declare(shape: readonly number[]): GraphVariable {
    return addVariable(graph, `variable_${shared.size + states.length}`, shape);
  }

  return {
    variable(tensor) {
      const known = shared.get(tensor);
      if (known !== undefined) return known;
      if (tensor.dtype !== 'float32')
        throw new Error(`The variable "${tensor.name}" has the type ${tensor.dtype}, expected float32.`);
      const variable = declare(tensor.shape);
      shared.set(tensor, variable);
      return variable;
    },
    state(shape) {
      const variable = declare(shape);
      states.push(variable);
      return variable;
    },
    entry<Input extends string, Output extends string>(
      name: string,
      inputs: Readonly<Record<Input, InputSpec>>,
      run: (inputs: Record<Input, Tensor>, tracing: Tracing) => Record<Output, Tensor>,
    ) {
      const variables = [...shared].map(([tensor, variable]) => ({ tensor, variable }));
      const traced = traceFunction(tf, graph, name, variables, inputs, run as TracedFunction);
      const updated = addSignal(graph, `${name}/updated`, traced.updates);
      const outputs = Object.entries(traced.outputs).map(([output, { node, dtype }]) => {
        const attributes = { T: { kind: 'type', value: dtype } } as const;
        return [output, graph.add('Identity', [node, `^${updated}`], attributes, { name: `${name}/out/${output}` })];
      });
      const specs = Object.entries<InputSpec>(inputs).map(([input, { dtype, shape }]) => [
        input,
        { node: traced.placeholders[input], dtype: DataType[dtype], shape },
      ]);
      const entry = { inputs: Object.fromEntries(specs), outputs: Object.fromEntries(outputs), updated };
      fetched.push(updated, ...Object.values<string>(entry.outputs), ...Object.values(traced.placeholders));
      return entry as EntryPoint<Input, Output>;
    },
    async load() {
      const variables = [...shared.values()];
      const nodes = addVariableSignals(graph, variables, states);
      fetched.push(nodes.variablesWritten, nodes.statesWritten, nodes.statesZeroed);
      fetched.push(...[...variables, ...states].map(({ value }) => value));
      foldIntoConvolutions(graph, fetched);
      const session = openSession(coreApiOf(tf), await graphDefinition(graph.nodesFor(fetched)), nodes, options);
      await session.write({ variables: [...shared.keys()].map((tensor) => tensor.dataSync<'float32'>()) });
      return session;
    },
  };
}

/** Adds the nodes by which a session writes all variables, or all states, at once. */
function addVariableSignals(
  graph: Graph,
  variables: readonly GraphVariable[],
  states: readonly GraphVariable[],
): VariableNodes {
  const writes = (of: readonly GraphVariable[]) => of.map(({ write }) => write);
  return {
    variables,
    states,
    variablesWritten: addSignal(graph, 'variables/written', writes(variables)),
    statesWritten: addSignal(graph, 'states/written', writes(states)),
    statesZeroed: addSignal(
      graph,
      'states/zeroed',
      states.map((state) => addZeroing(graph, state)),
    ),
  };
}
