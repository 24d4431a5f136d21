import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { CollectedArtifact, ParamsSchema, Progress, StageDefinition, StageFailure } from 'pipeline';
import { temporaryFolder } from './dataset.ts';

export interface StageOutcome {
  /** The failure that the stage returned; undefined on success. */
  readonly failure: StageFailure | undefined;
  /** Output name → path. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly logged: readonly string[];
  readonly progress: readonly Progress[];
  /** The work directory of the stage. */
  readonly work: string;
}

/** Runs a stage in this process. Like the engine, validates the params and fills in their defaults. */
export async function runStage<Schema extends ParamsSchema, Input extends string, Output extends string>(
  stage: StageDefinition<Schema, Input, Output>,
  given: {
    readonly params?: Readonly<Record<string, unknown>>;
    readonly inputs: Readonly<Record<string, string | readonly CollectedArtifact[]>>;
    readonly signal?: AbortSignal;
    /** The folder for downloads, which several runs may share. */
    readonly downloads?: string;
    /** The work directory of an earlier run to resume from. */
    readonly work?: string;
    readonly onProgress?: (progress: Progress) => void;
    /** Registers what deletes the outputs; by default they are deleted after the test. */
    readonly atEnd?: (cleanUp: () => void) => void;
  },
): Promise<StageOutcome> {
  const params = structuredClone(given.params ?? {});
  const ajv = new Ajv({ useDefaults: true });
  if (!ajv.validate(stage.params ?? {}, params)) throw new Error(ajv.errorsText());
  const folder = temporaryFolder(given.atEnd);
  const outputs = Object.fromEntries(stage.outputs.map((file) => [file.replace(/\..*$/, ''), join(folder, file)]));
  const work = given.work ?? join(folder, '.work');
  mkdirSync(work, { recursive: true });
  let metrics: Readonly<Record<string, number>> = {};
  const logged: string[] = [];
  const progress: Progress[] = [];
  const context = {
    params,
    inputs: given.inputs,
    outputs,
    work,
    downloads: given.downloads ?? join(folder, '.downloads'),
    signal: given.signal ?? new AbortController().signal,
    saving: async (work: () => unknown) => work(),
    log: (message: string) => logged.push(message),
    progress: (reached: Progress) => {
      progress.push(reached);
      given.onProgress?.(reached);
    },
    metrics: (values: Readonly<Record<string, number>>) => {
      metrics = { ...metrics, ...values };
    },
  };
  const failure = await stage.run(context as unknown as Parameters<typeof stage.run>[0]);
  return { failure: failure ?? undefined, outputs, metrics, logged, progress, work };
}

/** What the engine hands to an input such as `models[]`. */
export const collected = (...paths: readonly string[]): readonly CollectedArtifact[] =>
  paths.map((path, index) => ({ matrix: { seed: index + 1 }, path }));
