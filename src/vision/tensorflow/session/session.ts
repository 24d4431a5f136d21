import { usableCores } from '../../../shared/usable-cores.ts';
import type { CoreApi } from '../c-api/core.ts';
import { DataType, type TensorValues } from '../trace/data-type.ts';
import type { GraphVariable } from '../trace/variables.ts';
import type { SessionOptions } from './config-proto.ts';
import { type Feed, openNativeSession, type PreparedRun } from './native-session.ts';

export type { PreparedRun } from './native-session.ts';

/** The nodes of a traced function. */
export interface EntryPoint<Input extends string = string, Output extends string = string> {
  readonly inputs: Readonly<
    Record<Input, { readonly node: string; readonly dtype: DataType; readonly shape: readonly number[] }>
  >;
  readonly outputs: Readonly<Record<Output, string>>;
  /** A node that is computed after all variables have been updated. */
  readonly updated: string;
}

/** The values of variables and states, in the order in which they were declared. */
export interface VariableValues {
  readonly variables: readonly Float32Array[];
  readonly states: readonly Float32Array[];
}

/** All variables of a graph, and nodes that are computed after all variables or states have been written. */
export interface VariableNodes {
  readonly variables: readonly GraphVariable[];
  readonly states: readonly GraphVariable[];
  readonly variablesWritten: string;
  readonly statesWritten: string;
  readonly statesZeroed: string;
}

/** A graph loaded into TensorFlow, with its variables. It computes off the main thread, one run after the other. */
export interface Session {
  /**
   * Prepares a run of an entry point, so that it can begin as soon as the one before it has ended.
   *
   * @param inputs values with the data types and shapes of the entry point's inputs, row-major. They are copied at once.
   */
  prepare<Input extends string, Output extends string>(
    entry: EntryPoint<Input, Output>,
    inputs: Readonly<Record<Input, TensorValues>>,
  ): PreparedRun<Record<Output, TensorValues>>;
  /** Prepares a run and runs it. */
  run<Input extends string, Output extends string>(
    entry: EntryPoint<Input, Output>,
    inputs: Readonly<Record<Input, TensorValues>>,
  ): Promise<Record<Output, TensorValues>>;
  /** Returns the values of all variables and states. */
  read(): Promise<VariableValues>;
  /** Sets the values of all variables and states; without values for the states, these become zero. */
  write(values: Omit<VariableValues, 'states'> & Partial<VariableValues>): Promise<void>;
  /** Frees the graph and its variables. */
  dispose(): Promise<void>;
}

/**
 * Loads a graph into TensorFlow.
 *
 * @param definition a serialized `GraphDef`.
 */
export function openSession(
  c: CoreApi,
  definition: Uint8Array,
  all: VariableNodes,
  options: SessionOptions = {},
): Session {
  const native = openNativeSession(c, definition, {
    interOpThreads: options.interOpThreads ?? usableCores(),
    precision: options.precision ?? 'float32',
    xla: options.xla ?? false,
  });
  const prepare = <Input extends string, Output extends string>(
    { inputs, outputs, updated }: EntryPoint<Input, Output>,
    given: Readonly<Record<Input, TensorValues>>,
  ) => {
    const feeds = Object.entries<EntryPoint['inputs'][string]>(inputs).map(([name, spec]) => ({
      ...spec,
      values: given[name as Input],
    }));
    const names = Object.keys(outputs) as Output[];
    const prepared = native.prepare(
      feeds,
      names.map((name) => outputs[name]),
      [updated],
    );
    return {
      ...prepared,
      async run() {
        const values = await prepared.run();
        return Object.fromEntries(names.map((name, index) => [name, values[index]])) as Record<Output, TensorValues>;
      },
    };
  };
  return {
    prepare,
    run: async (entry, inputs) => prepare(entry, inputs).run(),
    async read() {
      // In one run: TensorFlow prepares an executor for each new set of fetched nodes.
      const nodes = [...all.variables, ...all.states].map(({ value }) => value);
      const values = (await native.prepare([], nodes, []).run()) as Float32Array[];
      return { variables: values.slice(0, all.variables.length), states: values.slice(all.variables.length) };
    },
    async write({ variables, states }) {
      const feeds = [...feedsOf(all.variables, variables), ...(states ? feedsOf(all.states, states) : [])];
      const written = [all.variablesWritten, states ? all.statesWritten : all.statesZeroed];
      await native.prepare(feeds, [], written).run();
    },
    dispose: () => native.close(),
  };
}

function feedsOf(variables: readonly GraphVariable[], values: readonly Float32Array[]): Feed[] {
  return variables.map(({ placeholder: node, shape }, index) => {
    const given = values[index];
    if (given === undefined) throw new Error(`${values.length} values were given for ${variables.length} variables.`);
    return { node, dtype: DataType.float32, shape, values: given };
  });
}
