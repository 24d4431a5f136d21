import type { Problem } from './shared/problem.ts';
import type { FromSchema, ParamsSchema } from './shared/schema-type.ts';

export type { Place, Problem, Result } from './shared/problem.ts';
export type { FromSchema, JsonSchema, ParamsSchema } from './shared/schema-type.ts';

/** One of the artifacts that an input declared as `models[]` collects. */
export interface CollectedArtifact {
  /** The matrix values of the stage instance that created it; empty for a stage without a matrix. */
  readonly matrix: Readonly<Record<string, string | number | boolean>>;
  /** The absolute path of the file or directory to read. */
  readonly path: string;
}

/** `model?` declares an input that a pipeline may omit, `models[]` one that collects all instances of a matrix. */
type InputName<Declared extends string> = Declared extends `${infer Name}[]` | `${infer Name}[]?` | `${infer Name}?`
  ? Name
  : Declared;
type InputValue<Declared extends string> = Declared extends `${string}[]` | `${string}[]?`
  ? readonly CollectedArtifact[]
  : string;
type RequiredInput<Declared extends string> = Declared extends `${string}?` ? never : Declared;
type OptionalInput<Declared extends string> = Declared extends `${string}?` ? Declared : never;

/** `predictions.csv` declares the output `predictions`, stored and exported under the file name `predictions.csv`. */
type OutputName<Declared extends string> = Declared extends `${infer Name}.${string}` ? Name : Declared;

/** The progress of a stage. */
export interface Progress {
  /** The number of units that are done. A smaller number than before starts a new measurement of the speed. */
  readonly done: number;
  /** The number of units in total. */
  readonly total: number;
  /** The plural of the unit: `images`, `steps`. */
  readonly unit?: string;
  /** A short text that is shown after the numbers, such as the current loss. */
  readonly note?: string;
}

/** An earlier result of the same code and params with different inputs, whose files the stage may reuse unchanged. */
export interface PreviousResult<Outputs> {
  /**
   * The absolute path of each output, which must not be modified. To reuse a file of it unchanged in the new output,
   * create a hard link (`linkSync`): this copies no data, and the runner does not have to hash the file again.
   */
  readonly outputs: Outputs;
  /**
   * Returns the SHA-256 digests (hex) of the files in an input directory, by path relative to it. The runner knows
   * them already.
   */
  digests(input: string): ReadonlyMap<string, string>;
}

/** What a running stage gets from the runner. */
export interface StageContext<Params, Inputs, Outputs> {
  /** The params of this stage, validated against its schema, with defaults filled in. */
  readonly params: Params;
  /**
   * The absolute path of each input, a file or directory to read; for `models[]`, a list of collected artifacts. The path
   * of an artifact ends in the file name of the output. A path may exist only while the stage runs.
   */
  readonly inputs: Inputs;
  /** The absolute path of each output, where the stage must create a file or a directory. */
  readonly outputs: Outputs;
  /** A directory for checkpoints. If the run is killed, the next run with the same action key gets it again. */
  readonly work: string;
  /**
   * A directory that all runs share, for downloads. The stage must verify them by a digest that its params or its code
   * specify. Downloads that have not been used for a long time may be deleted.
   */
  readonly downloads: string;
  /** An earlier result, if the stage declares `reuses`, there is such a result, and the stage was not forced to run. */
  readonly previous?: PreviousResult<Outputs>;
  /** Prints a line for the user. */
  log(message: string): void;
  /** Reports the progress, which is shown as a bar with the speed and the remaining time. */
  progress(progress: Progress): void;
  /** Stores metrics with the result, by name. Values may be NaN or infinite. A later call adds to earlier ones. */
  metrics(values: Readonly<Record<string, number>>): void;
  /**
   * Runs `work`, and gives it time to finish when the stage is stopped: up to the `grace` of the stage in the pipeline
   * file, 30 seconds by default. Use it for what must not be cut off, such as writing a checkpoint, or for a loop that
   * checks `signal` and saves its state once it is aborted. Returns what `work` returns.
   */
  saving<Value>(work: () => Value | Promise<Value>): Promise<Value>;
  /**
   * Aborted when the stage is stopped: the run was cancelled, or the `timeout` of the stage is over. Its process is
   * killed a second later, unless it is `saving`.
   */
  readonly signal: AbortSignal;
}

/** What a stage returns for an expected failure. Exceptions are for bugs. */
export interface StageFailure {
  /** `bad-input`: the data or the params must be corrected; `failed`: any other reason. */
  readonly kind: 'bad-input' | 'failed';
  /** What is wrong, one after the other, as it is shown to the user. */
  readonly problems: readonly Problem[];
}

/** The declaration of a stage, for `defineStage`. */
export interface StageDefinition<
  Schema extends ParamsSchema = ParamsSchema,
  Input extends string = string,
  Output extends string = string,
> {
  /**
   * The JSON Schema of the params, of type `object`. Unknown params are rejected unless it sets `additionalProperties`.
   */
  readonly params?: Schema;
  /** The names of the inputs: `samples`, `model?` for an optional one, `models[]` for all instances of a matrix. */
  readonly inputs?: readonly Input[];
  /** The names of the outputs, with the extension of the file if it has one: `shards`, `predictions.csv`. */
  readonly outputs: readonly Output[];
  /**
   * Whether the stage reuses unchanged parts of an earlier result of its own. It must create byte-identical outputs with
   * and without that result.
   */
  readonly reuses?: boolean;
  /** Creates the outputs. Returns `badInput(…)` or `failed(…)` for an expected failure. */
  readonly run: (
    context: StageContext<
      FromSchema<Schema>,
      { readonly [Declared in RequiredInput<Input> as InputName<Declared>]: InputValue<Declared> } & {
        readonly [Declared in OptionalInput<Input> as InputName<Declared>]?: InputValue<Declared>;
      },
      { readonly [Name in OutputName<Output>]: string }
    >,
  ) => Promise<StageFailure | void> | StageFailure | void;
}

/** Declares a stage. The types of `params`, `inputs` and `outputs` in `run` are inferred from the declaration. */
export function defineStage<
  const Schema extends ParamsSchema,
  const Input extends string = never,
  const Output extends string = never,
>(definition: StageDefinition<Schema, Input, Output>): StageDefinition<Schema, Input, Output> {
  return definition;
}

/** Returns a failure for invalid data, params or files, which the user must correct. The run exits with code 2. */
export function badInput(problems: readonly Problem[]): StageFailure {
  return { kind: 'bad-input', problems };
}

/** Returns a failure for any other reason. The run exits with code 1. */
export function failed(problems: readonly Problem[]): StageFailure {
  return { kind: 'failed', problems };
}

export type { InputName, OutputName };
