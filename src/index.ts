import type { Problem } from './shared/problem.ts';
import type { FromSchema, ParamsSchema } from './shared/schema-type.ts';

export type { Place, Problem, Result } from './shared/problem.ts';
export type { FromSchema, JsonSchema, ParamsSchema } from './shared/schema-type.ts';

/** One of the artifacts that an input declared as `models[]` collects. */
export interface CollectedArtifact {
  /** The values that made it another one: empty for what comes from a stage without a matrix. */
  readonly matrix: Readonly<Record<string, string | number | boolean>>;
  /** Absolute path of a file or directory to read. */
  readonly path: string;
}

/** `model?` declares an input that a pipeline may leave out, `models[]` one that collects all instances of a matrix. */
type InputName<Declared extends string> = Declared extends `${infer Name}[]` | `${infer Name}[]?` | `${infer Name}?`
  ? Name
  : Declared;
type InputValue<Declared extends string> = Declared extends `${string}[]` | `${string}[]?`
  ? readonly CollectedArtifact[]
  : string;
type RequiredInput<Declared extends string> = Declared extends `${string}?` ? never : Declared;
type OptionalInput<Declared extends string> = Declared extends `${string}?` ? Declared : never;

/** `predictions.csv` declares the output `predictions`, kept and exported under the file name `predictions.csv`. */
type OutputName<Declared extends string> = Declared extends `${infer Name}.${string}` ? Name : Declared;

/** How far a stage has come: `done` of `total` in `unit`s (`images`, `steps`), with a short `note` beside it. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly unit?: string;
  readonly note?: string;
}

/** An earlier result of the same code and params, of other inputs. Whatever is in it may be taken over unchanged. */
export interface PreviousResult<Outputs> {
  /**
   * For each output the absolute path at which it lies, never to be written. A file of it that is to be in the new
   * output as it is costs nothing as a hard link (`linkSync`): the runner knows its content by it.
   */
  readonly outputs: Outputs;
  /** The SHA-256 of the files in an input that is a directory, by path in it: the runner knows them anyway. */
  digests(input: string): ReadonlyMap<string, string>;
}

/** All that a running stage sees. */
export interface StageContext<Params, Inputs, Outputs> {
  /** The params of this stage, checked against its schema, defaults filled in. */
  readonly params: Params;
  /** For each input the absolute path of a file or directory to read; for `models[]` a list of them. */
  readonly inputs: Inputs;
  /** For each output the absolute path at which the stage makes a file or a directory. */
  readonly outputs: Outputs;
  /** A directory that outlives a killed run and is handed to the next run under the same action key. */
  readonly work: string;
  /**
   * A directory that all runs share, for what a stage fetches from elsewhere and checks by a digest that its params or
   * its code pin. What has not been used for long may go.
   */
  readonly downloads: string;
  /** For a stage that declares `reuses`, where there is such a result and the stage was not forced to run. */
  readonly previous?: PreviousResult<Outputs>;
  /** A line for whoever watches. */
  log(message: string): void;
  progress(progress: Progress): void;
  /** Figures to keep with the result, by name. A later call adds to an earlier one. */
  metrics(values: Readonly<Record<string, number>>): void;
  /** Aborted when the run is cancelled. */
  readonly signal: AbortSignal;
}

/** What a stage returns instead of throwing when it cannot go on for a reason that it can name. */
export interface StageFailure {
  /** `bad-input`: the data or params have to change; `failed`: anything else. */
  readonly kind: 'bad-input' | 'failed';
  readonly problems: readonly Problem[];
}

export interface StageDefinition<
  Schema extends ParamsSchema = ParamsSchema,
  Input extends string = string,
  Output extends string = string,
> {
  /** JSON Schema of an object. Unknown params are refused unless `additionalProperties` says otherwise. */
  readonly params?: Schema;
  readonly inputs?: readonly Input[];
  readonly outputs: readonly Output[];
  /**
   * That the stage takes unchanged parts from an earlier result of its own, and promises that this never shows: it puts
   * out the same bytes with it and from nothing.
   */
  readonly reuses?: boolean;
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

/** Declares a stage. The type of `params`, `inputs` and `outputs` in `run` follows from what is declared. */
export function defineStage<
  const Schema extends ParamsSchema,
  const Input extends string = never,
  const Output extends string = never,
>(definition: StageDefinition<Schema, Input, Output>): StageDefinition<Schema, Input, Output> {
  return definition;
}

/** The data, the params or a file that the pipeline names has to be mended. The run exits with 2. */
export function badInput(problems: readonly Problem[]): StageFailure {
  return { kind: 'bad-input', problems };
}

/** The stage could not do its work. The run exits with 1. */
export function failed(problems: readonly Problem[]): StageFailure {
  return { kind: 'failed', problems };
}

export type { InputName, OutputName };
