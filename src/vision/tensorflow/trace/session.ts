import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import { DataType, type TensorValues } from './data-type.ts';
import type { GraphVariable } from './variables.ts';

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

/** A graph loaded into TensorFlow, with its variables. All calls are synchronous. */
export interface Session {
  /**
   * Runs an entry point.
   *
   * @param inputs values with the data types and shapes of the entry point's inputs, row-major.
   * @throws TensorFlow's error, for example if memory is exhausted.
   */
  run<Input extends string, Output extends string>(
    entry: EntryPoint<Input, Output>,
    inputs: Readonly<Record<Input, TensorValues>>,
  ): Record<Output, TensorValues>;
  /** Returns the values of all variables and states. */
  read(): VariableValues;
  /** Sets the values of all variables and states; without values for the states, these become zero. */
  write(values: Omit<VariableValues, 'states'> & Partial<VariableValues>): void;
  /** Frees the graph and its variables. */
  dispose(): void;
}

interface Feed {
  readonly node: string;
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly values: TensorValues;
}

/**
 * Creates a session.
 *
 * @param id the ID of a SavedModel that the binding has loaded.
 */
export function createSession(binding: TFJSBinding, id: number, all: VariableNodes): Session {
  function run(feeds: readonly Feed[], outputs: readonly string[]): TensorValues[] {
    if (outputs.length === 0) return [];
    const ids = feeds.map(({ shape, dtype, values }) => binding.createTensor([...shape], dtype, values));
    try {
      const names = feeds.map(({ node }) => `${node}:0`);
      const results = binding.runSavedModel(id, ids, names.join(), outputs.map((node) => `${node}:0`).join());
      return results.map((result) => {
        const values = binding.tensorDataSync(result.id);
        binding.deleteTensor(result.id);
        return values;
      });
    } finally {
      for (const fed of ids) binding.deleteTensor(fed);
    }
  }

  return {
    run<Input extends string, Output extends string>(
      { inputs, outputs, updated }: EntryPoint<Input, Output>,
      given: Readonly<Record<Input, TensorValues>>,
    ) {
      const feeds = Object.entries<EntryPoint['inputs'][string]>(inputs).map(([name, spec]) => ({
        ...spec,
        values: given[name as Input],
      }));
      const names = Object.keys(outputs) as Output[];
      const values = run(feeds, [...names.map((name) => outputs[name]), updated]);
      return Object.fromEntries(names.map((name, index) => [name, values[index]])) as Record<Output, TensorValues>;
    },
    read() {
      // In one call: TensorFlow prepares an executor for each new set of fetched nodes.
      const values = run(
        [],
        [...all.variables, ...all.states].map(({ value }) => value),
      ) as Float32Array[];
      return { variables: values.slice(0, all.variables.length), states: values.slice(all.variables.length) };
    },
    write({ variables, states }) {
      const feeds = [...feedsOf(all.variables, variables), ...(states ? feedsOf(all.states, states) : [])];
      run(feeds, [all.variablesWritten, states ? all.statesWritten : all.statesZeroed]);
    },
    dispose: () => binding.deleteSavedModel(id),
  };
}

function feedsOf(variables: readonly GraphVariable[], values: readonly Float32Array[]): Feed[] {
  return variables.map(({ placeholder: node, shape }, index) => {
    const given = values[index];
    if (given === undefined) throw new Error(`${values.length} values were given for ${variables.length} variables.`);
    return { node, dtype: DataType.float32, shape, values: given };
  });
}
