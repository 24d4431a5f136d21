import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import { DataType, type TensorValues } from './data-type.ts';
import type { GraphVariable } from './variables.ts';

/** A traced function by the names of its nodes. */
export interface EntryPoint<Input extends string = string, Output extends string = string> {
  readonly inputs: Readonly<
    Record<Input, { readonly node: string; readonly dtype: DataType; readonly shape: readonly number[] }>
  >;
  readonly outputs: Readonly<Record<Output, string>>;
  /** Is computed once all variables are updated. */
  readonly updated: string;
}

/** A graph in the hands of TensorFlow, with its variables. Every call waits until the graph has run. */
export interface Session {
  /** @throws TensorFlow's error, such as that memory is exhausted. */
  run<Input extends string, Output extends string>(
    entry: EntryPoint<Input, Output>,
    inputs: Readonly<Record<Input, TensorValues>>,
  ): Record<Output, TensorValues>;
  read(variables: readonly GraphVariable[]): Float32Array[];
  write(variables: readonly GraphVariable[], values: readonly Float32Array[]): void;
  zero(variables: readonly GraphVariable[]): void;
  /** Frees the graph and its variables. */
  dispose(): void;
}

interface Feed {
  readonly node: string;
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly values: TensorValues;
}

/** @param id of a SavedModel that the binding has loaded. */
export function createSession(binding: TFJSBinding, id: number): Session {
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
    read: (variables) =>
      run(
        [],
        variables.map(({ value }) => value),
      ) as Float32Array[],
    write(variables, values) {
      const feeds = variables.map(({ given, shape }, index) => ({
        node: given,
        dtype: DataType.float32,
        shape,
        values: values[index] ?? new Float32Array(),
      }));
      run(
        feeds,
        variables.map(({ written }) => written),
      );
    },
    zero(variables) {
      run(
        [],
        variables.map(({ zeroed }) => zeroed),
      );
    },
    dispose: () => binding.deleteSavedModel(id),
  };
}
