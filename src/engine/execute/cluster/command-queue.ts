import { dirname, join } from 'node:path';
import { writeAtomically } from '../../../shared/atomic-write.ts';
import { failure, type Problem, problem, type Result, success } from '../../../shared/problem.ts';
import { shellQuoted } from '../../../shared/text/shell-quoted.ts';
import { quoted } from '../../../shared/wording.ts';
import { writing } from '../../cache/local/writing.ts';
import type { QueueSettings } from '../../plan/executor-settings.ts';
import { fillQueueCommand, valuesIn } from '../../plan/queue-commands.ts';
import { Caller, type CallFailure } from './call.ts';
import type { JobNotes, NotedJob } from './job-notes.ts';
import { meaningOf, parseStatus } from './queue-states.ts';
import { readOutput } from './read-output.ts';
import type { JobId, JobRequest, JobState, OutputPart, Refusal, Scheduler, Silence } from './scheduler.ts';

const SUBMIT_MILLISECONDS = 60_000;
const ASK_MILLISECONDS = 30_000;
/** How many outputs are read at once. */
const MOST_PROCESSES = 8;
/** What queues say if a user has too many jobs. */
const LIMIT = /\b(limit|maximum|quota|too many)\b/i;

export interface QueueParts {
  /** The name of the executor. */
  readonly executor: string;
  /** The folder of the pipeline file, in which the commands run. Absolute. */
  readonly folder: string;
  /** Where the jobs are written down that an earlier runner has submitted. */
  readonly notes: JobNotes | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Submits jobs to a queue by shell commands that the pipeline file has. Such a queue is only asked by the ids of jobs.
 */
export class CommandQueue implements Scheduler {
  readonly title: string;
  readonly can = { dependencies: false, arrays: false };
  readonly requeue = undefined;
  readonly isOutputCostly: boolean;
  readonly #settings: QueueSettings;
  readonly #parts: QueueParts;
  readonly #caller: Caller;
  /** By id. */
  readonly #known = new Map<JobId, NotedJob>();
  /** The names of jobs whose ids have been read. */
  readonly #read = new Set<string>();

  constructor(settings: QueueSettings, parts: QueueParts) {
    this.title = `the queue "${parts.executor}"`;
    this.isOutputCostly = settings.log !== undefined;
    this.#settings = settings;
    this.#parts = parts;
    this.#caller = new Caller(settings.host, parts.environment);
  }

  async submit(job: JobRequest): Promise<Result<JobId, Refusal>> {
    const script = join(dirname(job.output), `${job.label}.sh`);
    const command = this.#submission(job, script);
    if (!command.ok) return failure({ kind: 'refused', problems: command.failure });
    const written = writing(job.folder, () => writeAtomically(script, scriptOf(job, this.#settings.log === undefined)));
    if (!written.ok) return failure({ kind: 'refused', problems: written.failure });
    const called = await this.#run(command.value, SUBMIT_MILLISECONDS);
    if (!called.ok) return failure(this.#refusal(called.failure));
    const id = called.value.trim();
    if (!/^\S+$/.test(id)) return failure({ kind: 'refused', problems: [this.#noId(id)] });
    this.#known.set(id, { id, name: job.name, label: job.label, output: job.output });
    return success(id);
  }

  async states(names: readonly string[]): Promise<Result<readonly JobState[], Silence>> {
    for (const name of names) this.#recall(name);
    const jobs = [...this.#known.values()].filter(({ name }) => names.includes(name));
    if (jobs.length === 0) return success([]);
    const command = fillQueueCommand(this.#settings.status, { ids: jobs.map(({ id }) => id) });
    const called = await this.#run(command, ASK_MILLISECONDS);
    if (!called.ok) return failure({ said: called.failure.said, isMissing: called.failure.kind === 'not-found' });
    const lines = new Map(parseStatus(called.value).map((line) => [line.id, line]));
    return success(
      jobs.flatMap(({ id, name, label }): JobState[] => {
        const line = lines.get(id);
        if (line === undefined) return [];
        const { word, reason } = line;
        return [{ id, name, label, word, reason, nodes: [], ...meaningOf(word, this.#settings.states) }];
      }),
    );
  }

  /** A queue of which nothing else is known has no memory, either. */
  async past(): Promise<readonly JobState[]> {
    return [];
  }

  async cancel(ids: readonly JobId[]): Promise<Result<void>> {
    if (ids.length === 0) return success(undefined);
    const called = await this.#run(fillQueueCommand(this.#settings.cancel, { ids }), SUBMIT_MILLISECONDS);
    if (called.ok) return success(undefined);
    return problem(`"cancel" of executor "${this.#parts.executor}" failed: ${called.failure.said}`, {
      advice: `Cancel the jobs yourself: ${ids.join(' ')}`,
    });
  }

  async output(parts: readonly OutputPart[]): Promise<readonly (Uint8Array | undefined)[]> {
    const { log } = this.#settings;
    if (log === undefined) return parts.map(readOutput);
    const ids = new Map([...this.#known.values()].map(({ id, output }) => [output, id]));
    const read = async ({ path, from }: OutputPart) => {
      const id = ids.get(path);
      if (id === undefined) return undefined;
      const called = await this.#run(fillQueueCommand(log, { id, output: path }), ASK_MILLISECONDS);
      return called.ok ? Buffer.from(called.value).subarray(from) : undefined;
    };
    const outputs: (Uint8Array | undefined)[] = [];
    for (let from = 0; from < parts.length; from += MOST_PROCESSES)
      outputs.push(...(await Promise.all(parts.slice(from, from + MOST_PROCESSES).map(read))));
    return outputs;
  }

  #run(command: string, timeout: number): Promise<Result<string, CallFailure>> {
    const script = `cd ${shellQuoted(this.#parts.folder)} || exit 1\n${command}`;
    return this.#caller.call(['/bin/sh', '-c', script], { timeout });
  }

  /** Returns the command that submits a job. Fails if it names a value that the job does not have. */
  #submission(job: JobRequest, script: string): Result<string> {
    const { submit } = this.#settings;
    const { name, label, output, cpu, gpu, memory, seconds } = job;
    const values: Record<string, string | number> = {
      ...{ name: `${name}-${label}`, script, output, cpu, gpu },
      ...(memory !== undefined && { memory_mb: Math.ceil(memory / 2 ** 20) }),
      ...(seconds !== undefined && { seconds: Math.ceil(seconds), time: clockTime(seconds) }),
    };
    const missing = valuesIn(submit).find((value) => !Object.hasOwn(values, value));
    if (missing === undefined) return success(fillQueueCommand(submit, values));
    const advice =
      missing === 'memory_mb'
        ? 'Add its memory to its `resources`: { memory: 8GB }.'
        : 'Add a `timeout` to the stage, or `time` to the executor.';
    return problem(
      `"submit" of executor "${this.#parts.executor}" names {${missing}}, which ${job.title} does not declare`,
      { advice },
    );
  }

  #refusal({ kind, said }: CallFailure): Refusal {
    if (kind === 'timeout') return { kind: 'silent', said };
    if (LIMIT.test(said)) return { kind: 'limit', said };
    const message = `"submit" of executor "${this.#parts.executor}" failed: ${said}`;
    return {
      kind: 'refused',
      problems: [{ message, advice: 'Correct it in the pipeline file, or the queue itself.' }],
    };
  }

  #noId(printed: string): Problem {
    const what = printed === '' ? 'nothing' : quoted(printed);
    return {
      message: `"submit" of executor "${this.#parts.executor}" printed ${what} instead of the id of the job`,
      advice: 'Let it print the id and nothing else, such as with qsub -terse or by a pipe into sed.',
    };
  }

  /** Reads which jobs an earlier runner has submitted under a name. */
  #recall(name: string): void {
    if (this.#read.has(name)) return;
    this.#read.add(name);
    for (const job of this.#parts.notes?.of(name) ?? []) if (!this.#known.has(job.id)) this.#known.set(job.id, job);
  }
}

/** Returns the file that a job runs. What it prints goes to its output, whatever the queue does with it. */
function scriptOf({ script, folder, output }: JobRequest, isRedirected: boolean): string {
  const redirection = isRedirected ? [`exec >> ${shellQuoted(output)} 2>&1`] : [];
  return ['#!/bin/sh', ...redirection, `cd ${shellQuoted(folder)} || exit 2`, script].join('\n');
}

/** Writes seconds as HOURS:MINUTES:SECONDS. */
function clockTime(seconds: number): string {
  const whole = Math.ceil(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
