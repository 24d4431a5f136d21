import type { Place, Problem } from '../../shared/problem.ts';
import type { DeclaredPipeline, ExecutorDeclaration } from './declaration.ts';
import { type ExecutionSettings, type Resources, resourcesOf } from './execution-settings.ts';
import { executorProblems } from './executor-problems.ts';
import { secondsOf } from './quantities.ts';
import type { QueueCommands } from './queue-commands.ts';
import { suggestion } from './suggest.ts';

/** The name of the executor that runs stages on this machine. */
export const LOCAL = 'local';

/** An executor that hands stages to a scheduler. */
export type ExecutorSettings = SlurmSettings | QueueSettings;

interface CommonSettings {
  /** The host on which the commands of the scheduler run, if it is not this one. */
  readonly host?: string;
  /** Shell commands that each job runs first. */
  readonly setup?: string;
  /** The time limit of a job, in seconds. */
  readonly time?: number;
  readonly maxJobs?: number;
  /** The stages that it runs although they do not name it: those that request at least one of these amounts. */
  readonly takes?: Resources;
}

export interface SlurmSettings extends CommonSettings {
  readonly type: 'slurm';
  readonly partition?: string;
  readonly account?: string;
  /** More options for the command that submits jobs. */
  readonly options: readonly string[];
}

/** A queue that is used by the commands that the pipeline file has. */
export interface QueueSettings extends CommonSettings, QueueCommands {
  readonly type: 'command';
}

/** By name. */
export type Executors = Readonly<Record<string, ExecutorSettings>>;

/** Returns the executors that a pipeline file declares, and what is wrong with their names. */
export function executorsOf({ pipeline, source }: DeclaredPipeline): {
  readonly executors: Executors;
  readonly problems: readonly Problem[];
} {
  const declared = Object.entries(pipeline.executors ?? {});
  const problems = declared.flatMap(([name, each]): readonly Problem[] => {
    const at = source.place(['executors', name], 'key');
    if (name === LOCAL)
      return [{ message: `"${LOCAL}" is the executor of this machine`, at, advice: 'Choose another name.' }];
    return executorProblems(name, each, (key) => (key ? source.place(['executors', name, key], 'value') : at));
  });
  return { executors: Object.fromEntries(declared.map(([name, each]) => [name, settingsOf(each)])), problems };
}

function settingsOf(declared: ExecutorDeclaration): ExecutorSettings {
  const { type, max_jobs: maxJobs, time, takes, options = [], ...rest } = declared;
  const { submit = '', status = '', cancel = '', log, states = {}, partition, account, ...others } = rest;
  const common = {
    ...others,
    ...(maxJobs !== undefined && { maxJobs }),
    ...(time !== undefined && { time: secondsOf(time) }),
    ...(takes && { takes: resourcesOf(takes) }),
  };
  if (type === 'command') return { ...common, type, submit, status, cancel, states, ...(log !== undefined && { log }) };
  return { ...common, type, options, ...(partition && { partition }), ...(account && { account }) };
}

/** What every stage requests. */
const LEAST: Required<Resources> = { cpu: 1, memory: 0, gpu: 0 };

/** Returns the executor of a stage: the one that it names, or else the first one that takes it; `local` if none does. */
export function executorFor(
  named: string | undefined,
  { resources }: Pick<ExecutionSettings, 'resources'>,
  executors: Executors,
): string {
  if (named !== undefined) return named;
  const kinds = ['cpu', 'memory', 'gpu'] as const;
  const isTaken = ({ takes = {} }: ExecutorSettings) =>
    kinds.some((kind) => (resources[kind] ?? LEAST[kind]) >= (takes[kind] ?? Number.POSITIVE_INFINITY));
  return Object.entries(executors).find(([, settings]) => isTaken(settings))?.[0] ?? LOCAL;
}

/** Returns what is wrong with the name of an executor that a stage gives. */
export function executorProblem(name: string, executors: Executors, at: Place): readonly Problem[] {
  if (name === LOCAL || Object.hasOwn(executors, name)) return [];
  return [unknownExecutor(name, executors, at)];
}

/** Says that an executor is not declared. */
export function unknownExecutor(name: string, executors: Executors, at: Place): Problem {
  const known = Object.keys(executors);
  const advice =
    known.length === 0
      ? 'Declare it in the pipeline file: executors: { NAME: { type: slurm } }.'
      : suggestion(name, [...known, LOCAL]);
  return { message: `unknown executor "${name}"`, at, advice };
}
