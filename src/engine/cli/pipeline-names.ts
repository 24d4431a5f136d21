import { join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import type { JsonSchema } from '../../index.ts';
import { readText } from '../../shared/read-file.ts';
import { RunHistory } from '../cache/history/run-history.ts';
import { FileDigests } from '../fingerprint/file-digests.ts';
import { listingsIn } from '../fingerprint/listings.ts';
import { StageCodes } from '../fingerprint/stage-code.ts';
import type { PlannedStage } from '../plan/plan.ts';
import type { StageInterface } from '../plan/stage-interface.ts';
import { memoryOf } from '../trust/memory.ts';
import { KnownPlans } from './known-plans.ts';
import type { CommonOptions } from './options.ts';
import { findProject, type Project } from './project.ts';

/** The names in a pipeline that may occur on a command line. */
export interface PipelineNames {
  readonly stages: readonly StageNames[];
  /** The shared params. */
  readonly params: readonly ParamName[];
  readonly profiles: readonly string[];
  /** Returns the ids of past runs, newest first. */
  readonly runs: () => readonly string[];
}

export interface StageNames {
  readonly name: string;
  readonly description?: string;
  readonly outputs: () => readonly string[];
  readonly params: () => readonly ParamName[];
}

export interface ParamName {
  readonly name: string;
  readonly description?: string;
  readonly choices?: readonly string[];
}

/**
 * Reads the names from a pipeline file that may be incomplete. The declarations of its stage modules come from the
 * memory of an earlier run: nothing is bundled or run.
 */
export function readPipelineNames(options: CommonOptions): PipelineNames {
  const project = findProject(options);
  const text = readPipelineText(project.file);
  const { stages = {}, params, profiles } = toObject(parse(text));
  const written = Object.entries(toObject(stages)).map(([name, stage]) => ({ name, ...toObject(stage) }) as Written);
  const memory = memoryOf(project);
  const interfaces = new RememberedInterfaces(memory, project);
  const mentioned = mentionedOutputs(written);
  // The stages that a matrix generates are only in a plan.
  const plan = new KnownPlans(memory && join(memory, 'plans'), options.engine.build).find(project, text, options)?.plan;
  const instances = (plan?.stages ?? []).filter(({ name, declared }) => name !== declared);
  const found: Pick<Written, 'name' | 'module' | 'outputs'>[] = [...written, ...instances.map(asWritten)];
  return {
    stages: found.map(({ name, module, outputs }) => {
      const declared = () => (module === undefined ? declaredByCommand(outputs) : interfaces.of(module));
      const { description, params: given } = written.find((stage) => stage.name === name) ?? {};
      return {
        name,
        ...(typeof description === 'string' && { description }),
        // `predictions.csv` declares the output `predictions`.
        outputs: () => declared()?.outputs.map((file) => file.split('.', 1)[0] ?? file) ?? mentioned.get(name) ?? [],
        params: () => paramsOf(toObject(given), declared()?.params?.properties),
      };
    }),
    params: paramsOf(toObject(params)),
    profiles: Object.keys(toObject(profiles)),
    runs: () => new RunHistory(project.cache).ids(),
  };
}

function readPipelineText(file: string): string {
  const text = readText(file, 'pipelineFile', 'follow');
  return text.ok ? text.value : '';
}

/** A stage of a pipeline file that may be incomplete or invalid. */
interface Written {
  readonly name: string;
  readonly module?: unknown;
  readonly outputs?: unknown;
  readonly description?: unknown;
  readonly inputs?: unknown;
  readonly params?: unknown;
}

function asWritten(stage: PlannedStage): Pick<Written, 'name' | 'module' | 'outputs'> {
  return stage.kind === 'module'
    ? { name: stage.name, module: stage.module.path }
    : { name: stage.name, outputs: stage.outputs.map(({ file }) => file) };
}

function declaredByCommand(outputs: unknown): StageInterface | undefined {
  return Array.isArray(outputs) ? { inputs: [], outputs: outputs.map(String) } : undefined;
}

/** Returns what can be parsed of a text that may be invalid. */
function parse(text: string): unknown {
  return parseDocument(text, { merge: true, strict: false, logLevel: 'silent' }).toJS({ maxAliasCount: 100 });
}

function toObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** The declarations of stage modules that have not changed since an earlier run read them. */
class RememberedInterfaces {
  readonly #codes: StageCodes;
  readonly #root: string;
  readonly #found = new Map<string, StageInterface | undefined>();

  constructor(memory: string | undefined, { root, cache }: Project) {
    const digests = new FileDigests(memory && join(memory, 'sources'));
    this.#codes = new StageCodes(memory, root, digests, listingsIn(cache));
    this.#root = root;
  }

  of(module: unknown): StageInterface | undefined {
    if (typeof module !== 'string') return undefined;
    const path = resolve(this.#root, module);
    if (!this.#found.has(path)) this.#found.set(path, this.#codes.known(path)?.interface);
    return this.#found.get(path);
  }
}

/** Returns the outputs that other stages read, by stage. */
function mentionedOutputs(written: readonly Written[]): ReadonlyMap<string, readonly string[]> {
  const mentioned = new Map<string, readonly string[]>();
  for (const { inputs } of written) {
    for (const input of Object.values(toObject(inputs))) {
      const [, stage, output] = /^([^./\\]+)\.([^./\\]+)$/.exec(String(input)) ?? [];
      if (stage === undefined || output === undefined) continue;
      mentioned.set(stage, [...new Set([...(mentioned.get(stage) ?? []), output])]);
    }
  }
  return mentioned;
}

/** Returns the given and the declared params, with their possible values if these can be enumerated. */
function paramsOf(
  given: Readonly<Record<string, unknown>>,
  declared: Readonly<Record<string, JsonSchema>> = {},
): readonly ParamName[] {
  return [...new Set([...Object.keys(declared), ...Object.keys(given)])].map((name) => {
    const { description, enum: values, type } = declared[name] ?? {};
    const isSwitch = type === 'boolean' || typeof given[name] === 'boolean';
    const choices = values?.map(String) ?? (isSwitch ? ['true', 'false'] : undefined);
    return { name, ...(description !== undefined && { description }), ...(choices && { choices }) };
  });
}
