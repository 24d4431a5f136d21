import type { Json, JsonObject } from '../../shared/json.ts';
import { failure, type Problem, problem, type Result, success } from '../../shared/problem.ts';
import type { TrustedKey } from '../trust/signatures.ts';
import { pipelineSchema } from './pipeline-schema.ts';
import type { QueueCommands } from './queue-commands.ts';
import { check, compile } from './schema-problems.ts';
import { parseYaml, type YamlPath, type YamlSource } from './source.ts';

export type { Json, JsonObject };

export interface PathDeclaration {
  readonly path: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

export interface ResourcesDeclaration {
  readonly cpu?: number;
  /** A number of bytes, or a text such as `8GB`. */
  readonly memory?: number | string;
  readonly gpu?: number;
}

export interface VariableDeclaration {
  readonly name: string;
  /** Whether its value is passed through without being part of the action key. */
  readonly secret?: boolean;
}

export interface RetriesDeclaration {
  readonly count: number;
  /** A number of seconds, or a text such as `30s`. */
  readonly backoff?: number | string;
}

interface CommonDeclaration {
  readonly description?: string;
  /** Each dimension is a list, a reference to a shared param that is a list, or `{ from: STAGE.OUTPUT }`. */
  readonly matrix?: { readonly [dimension: string]: Json };
  readonly inputs?: { readonly [name: string]: string | PathDeclaration };
  readonly params?: JsonObject;
  readonly env?: readonly (string | VariableDeclaration)[];
  readonly resources?: ResourcesDeclaration;
  readonly retries?: number | RetriesDeclaration;
  /** A number of seconds, or a text such as `30m`. */
  readonly timeout?: number | string;
  /** A number of seconds, or a text such as `30s`. */
  readonly grace?: number | string;
  readonly deterministic?: boolean;
  readonly executor?: string;
}

export interface ModuleDeclaration extends CommonDeclaration {
  readonly module: string;
}

export interface CommandDeclaration extends CommonDeclaration {
  readonly command: string | readonly string[];
  readonly outputs: readonly string[];
  readonly shell?: boolean;
  readonly version?: string | readonly string[];
}

export type StageDeclaration = ModuleDeclaration | CommandDeclaration;

export interface RuntimeFactDeclaration {
  readonly packages: readonly string[];
  readonly files?: readonly string[];
  readonly env?: readonly string[];
  readonly device?: boolean;
}

export interface RemoteDeclaration {
  readonly url?: string;
  readonly scope?: string;
  readonly read?: readonly string[];
  readonly upload?: boolean;
  readonly keys?: readonly (string | TrustedKey)[];
  readonly machines?: 'same' | 'any';
  readonly timeout?: number | string;
  readonly patience?: number | string;
  readonly upload_time?: number | string;
}

export interface ExecutorDeclaration extends Partial<QueueCommands> {
  readonly type: 'slurm' | 'command';
  readonly partition?: string;
  readonly account?: string;
  readonly options?: readonly string[];
  readonly host?: string;
  readonly setup?: string;
  readonly time?: number | string;
  readonly max_jobs?: number;
  readonly takes?: ResourcesDeclaration;
}

export interface PipelineDeclaration {
  readonly name?: string;
  readonly executors?: { readonly [name: string]: ExecutorDeclaration };
  readonly remote?: string | RemoteDeclaration;
  readonly params?: JsonObject;
  readonly profiles?: { readonly [name: string]: JsonObject };
  readonly runtime_facts?: { readonly [name: string]: RuntimeFactDeclaration };
  readonly stages: { readonly [name: string]: StageDeclaration };
}

declare const declared: unique symbol;

/** A pipeline file that conforms to its JSON Schema. No reference in it is resolved yet. */
export interface DeclaredPipeline {
  readonly [declared]: true;
  readonly source: YamlSource;
  readonly pipeline: PipelineDeclaration;
}

/** Validates a pipeline file against its JSON Schema. `file` is the path that messages show. */
export function declarePipeline(file: string, text: string): Result<DeclaredPipeline> {
  const source = parseYaml(file, text);
  if (!source.ok) return source;
  const value = source.value.value;
  if (value === null || value === undefined) {
    return problem('the pipeline file is empty', {
      at: { file, line: 1, column: 1 },
      advice: 'Declare at least one stage: `stages: { NAME: { module: stages/NAME.ts } }`.',
    });
  }
  const problems = check(compile(pipelineSchema), value, {
    name: nameOf,
    unknown: unknownIn,
    place: source.value.place,
  });
  if (problems.length === 0) problems.push(...kindProblems(value as PipelineDeclaration, source.value));
  if (problems.length > 0) return failure(problems);
  return success({ source: source.value, pipeline: value as PipelineDeclaration } as DeclaredPipeline);
}

/** A stage has a module or a command. JSON Schema could say so, too, but not in words. */
function kindProblems({ stages }: PipelineDeclaration, { place }: YamlSource): Problem[] {
  return Object.entries(stages).flatMap(([name, stage]): Problem[] => {
    const [isModule, isCommand] = ['module' in stage, 'command' in stage];
    if (isModule !== isCommand) return [];
    return [
      {
        message: `stage "${name}" has ${isModule ? 'both a module and a command' : 'neither a module nor a command'}`,
        at: place(['stages', name, ...(isModule ? ['command'] : [])], 'key'),
        advice: isModule
          ? 'Remove one of them.'
          : 'Add `module: stages/NAME.ts`, or `command: …` and `outputs: [FILE]`.',
      },
    ];
  });
}

function unknownIn(path: YamlPath, key: string): string {
  return path.length === 0 ? `key "${key}"` : `key "${key}" in ${nameOf(path)}`;
}

function nameOf(path: YamlPath): string {
  const [section, name, ...rest] = path;
  if (section === undefined) return 'the pipeline file';
  if (name === undefined) return `key "${section}"`;
  if (section === 'remote') return `"${[name, ...rest].join('.')}" of the remote cache`;
  const owner =
    section === 'stages' ? `stage "${name}"` : `${String(section).replace(/s$/, '').replace('_', ' ')} "${name}"`;
  return rest.length === 0 ? owner : `"${rest.join('.')}" of ${owner}`;
}
