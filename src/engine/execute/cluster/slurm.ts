import { failure, problem, type Result, success } from '../../../shared/problem.ts';
import type { SlurmSettings } from '../../plan/executor-settings.ts';
import { Caller, type CallFailure } from './call.ts';
import { readOutput } from './read-output.ts';
import {
  type After,
  type JobId,
  type JobRequest,
  type JobState,
  outputOf,
  type Refusal,
  type Scheduler,
  type Silence,
} from './scheduler.ts';
import { cancelledInQueue, parseSacct, parseSqueue, SACCT_COLUMNS, SQUEUE_FORMAT } from './slurm-states.ts';

const SUBMIT_MILLISECONDS = 60_000;
const ASK_MILLISECONDS = 20_000;
/** How often a job is submitted whose submission had no answer. */
const MOST_SUBMISSIONS = 3;
/** How many words a command line may safely have. */
const MOST_WORDS = 500;
const LONGEST_TITLE = 100;

/** What Slurm says if a user has too many jobs, or if there are too many jobs altogether. */
const LIMIT = /MaxSubmit|job submit limit|MaxJobCount|temporarily unable to accept job/i;
const NOT_SET_UP = /establish a configuration source|Unable to process configuration file/i;
const SILENT =
  /Unable to contact slurm controller|Socket timed out|timed out on send|Connection (refused|reset)|Zero Bytes/i;

/** Submits jobs to Slurm by its command line, on this host or on another one by ssh. */
export class Slurm implements Scheduler {
  readonly title = 'Slurm';
  readonly can = { dependencies: true, arrays: true };
  readonly isOutputCostly = false;
  readonly requeue = 'scontrol requeue "$SLURM_JOB_ID"';
  readonly #settings: SlurmSettings;
  readonly #caller: Caller;
  /** The tasks of arrays that were waiting when they were last listed. */
  readonly #waiting = new Set<JobId>();

  constructor(settings: SlurmSettings, environment: NodeJS.ProcessEnv) {
    this.#settings = settings;
    this.#caller = new Caller(settings.host, withoutJob(environment));
  }

  async submit(job: JobRequest): Promise<Result<string, Refusal>> {
    let said = '';
    for (let attempt = 0; attempt < MOST_SUBMISSIONS; attempt++) {
      const submitted = await this.#caller.call(['sbatch', ...this.#optionsOf(job)], {
        input: `#!/bin/sh\nPIPELINE_TASK="$SLURM_ARRAY_TASK_ID"\n${job.script}`,
        timeout: SUBMIT_MILLISECONDS,
      });
      const id = submitted.ok ? idIn(submitted.value) : undefined;
      if (id !== undefined) return success(id);
      said = submitted.ok ? submitted.value : submitted.failure.said;
      if (!submitted.ok) {
        if (LIMIT.test(said)) return failure({ kind: 'limit', said });
        if (submitted.failure.kind !== 'timeout' && !SILENT.test(said))
          return failure(this.#refusal(submitted.failure));
      }
      // It may have been submitted nevertheless.
      const found = await this.#find(job);
      if (!found.ok) break;
      if (found.value !== undefined) return success(found.value);
    }
    return failure({ kind: 'silent', said });
  }

  async states(names: readonly string[]): Promise<Result<readonly JobState[], Silence>> {
    // Nobody else's jobs, and those, too, that have ended in the last minutes.
    const words = ['squeue', '--me', '-h', '-r', '-a', '-t', 'all', `--name=${names.join()}`, '-o', SQUEUE_FORMAT];
    const asked = await this.#caller.call(words as ['squeue'], { timeout: ASK_MILLISECONDS });
    if (asked.ok) return success(this.#noteWaiting(parseSqueue(asked.value)));
    const { kind, said } = asked.failure;
    if (NOT_SET_UP.test(said))
      return failure({ isMissing: true, said: `Slurm is not configured on ${this.#settings.host ?? 'this machine'}` });
    return failure(
      kind === 'not-found' ? { isMissing: true, said: this.#missing('squeue') } : { isMissing: false, said },
    );
  }

  async past(ids: readonly JobId[]): Promise<readonly JobState[]> {
    const arrays = [...new Set(ids.map(arrayOf))];
    const states = new Map<JobId, JobState>();
    const known = new Set<JobId>();
    for (const asked of chunks(arrays)) {
      const words = ['sacct', '-n', '-P', '-X', '-o', SACCT_COLUMNS, '-j', asked.join()];
      const answer = await this.#caller.call(words as ['sacct'], { timeout: ASK_MILLISECONDS });
      // Many clusters keep no accounts.
      const accounts = parseSacct(answer.ok ? answer.value : '');
      for (const [id, state] of accounts.states) states.set(id, state);
      for (const id of accounts.known) known.add(id);
    }
    return ids.flatMap((id) => {
      const neverStarted = isTask(id) && (known.has(arrayOf(id)) || this.#waiting.has(id));
      return states.get(id) ?? (neverStarted ? cancelledInQueue(id) : []);
    });
  }

  async cancel(ids: readonly string[]): Promise<Result<void>> {
    for (const some of chunks(ids)) {
      const words = ['scancel', '--quiet', ...some];
      const cancelled = await this.#caller.call(words as ['scancel'], { timeout: SUBMIT_MILLISECONDS });
      if (cancelled.ok) continue;
      return problem(`Slurm did not cancel the jobs: ${cancelled.failure.said}`, {
        advice: 'Try again, or cancel them with scancel.',
      });
    }
    return success(undefined);
  }

  async output(parts: Parameters<Scheduler['output']>[0]): ReturnType<Scheduler['output']> {
    return parts.map(readOutput);
  }

  #optionsOf(job: JobRequest): string[] {
    const { partition, account, options } = this.#settings;
    // `%` in a file name stands for something in Slurm.
    const output = outputOf({ output: job.output.replaceAll('%', '%%') }, job.tasks && '%a');
    const comment = `${job.label} ${job.title.replaceAll(/[^ -~]/g, '?').slice(0, LONGEST_TITLE)}`;
    return [
      ...['--parsable', `--job-name=${job.name}`, `--comment=${comment}`],
      ...['--export=NONE', '--open-mode=append', `--output=${output}`],
      ...[`--chdir=${job.folder}`, '--kill-on-invalid-dep=yes', '--requeue', `--signal=B:USR2@${job.warning}`],
      ...['--nodes=1', '--ntasks=1', `--cpus-per-task=${job.cpu}`],
      ...(job.memory === undefined ? [] : [`--mem=${Math.ceil(job.memory / 1024)}K`]),
      ...(job.gpu === 0 ? [] : [`--gres=gpu:${job.gpu}`]),
      ...(job.seconds === undefined ? [] : [`--time=${Math.ceil(job.seconds / 60)}`]),
      ...(job.tasks === undefined ? [] : [`--array=${ranges(job.tasks)}`]),
      ...(job.after.length === 0 ? [] : [`--dependency=${job.after.map(dependency).join()}`]),
      ...(job.exclude.length === 0 ? [] : [`--exclude=${job.exclude.join()}`]),
      ...(partition === undefined ? [] : [`--partition=${partition}`]),
      ...(account === undefined ? [] : [`--account=${account}`]),
      ...options,
    ];
  }

  /** Looks for a job whose submission had no answer. Fails if Slurm still does not answer. */
  async #find({ name, label, tasks }: JobRequest): Promise<Result<string | undefined, Silence>> {
    const states = await this.states([name]);
    if (!states.ok) return states;
    const found = states.value.find(
      (job) => job.label === label && job.phase !== 'ended' && (tasks?.includes(job.task ?? -1) ?? true),
    );
    return success(found && arrayOf(found.id));
  }

  #noteWaiting(states: readonly JobState[]): readonly JobState[] {
    for (const { id, phase } of states) {
      if (phase === 'queued' && isTask(id)) this.#waiting.add(id);
      else this.#waiting.delete(id);
    }
    return states;
  }

  #missing(command: string): string {
    const { host } = this.#settings;
    const where = host === undefined ? 'this machine' : `${host}, not even in a login shell`;
    return `there is no command ${command} on ${where}`;
  }

  #refusal({ kind, said }: CallFailure): Refusal {
    const problems =
      kind === 'not-found'
        ? [
            {
              message: this.#missing('sbatch'),
              advice: 'Run this on a login node of the cluster, or name one: `host` of the executor.',
            },
          ]
        : [
            {
              message: `Slurm does not accept the job: ${said}`,
              advice: 'Change the executor or the `resources` and `timeout` of the stage: sinfo shows what there is.',
            },
          ];
    return { kind: 'refused', problems };
  }
}

/** Returns the id of a job in what `sbatch` has printed: last, since what wraps it may print something of its own first. */
function idIn(printed: string): JobId | undefined {
  const lines = printed.split('\n').map((line) => /^(?:Submitted batch job )?(\d+)(;\S*)?$/.exec(line.trim())?.[1]);
  return lines.findLast((id) => id !== undefined);
}

/** Returns the id of the array of a task, or that of the job itself. */
function arrayOf(id: JobId): JobId {
  return id.split('_', 1)[0] ?? id;
}

function isTask(id: JobId): boolean {
  return id.includes('_');
}

/** Splits ids into as many as a command line may have. */
function chunks(ids: readonly JobId[]): readonly (readonly JobId[])[] {
  return Array.from({ length: Math.ceil(ids.length / MOST_WORDS) }, (_, index) =>
    ids.slice(index * MOST_WORDS, (index + 1) * MOST_WORDS),
  );
}

function dependency(after: After): string {
  return after.kind === 'all' ? ['afterok', ...after.jobs].join(':') : `aftercorr:${after.array}`;
}

/** Returns `0-3,7` for sorted numbers. */
function ranges(numbers: readonly number[]): string {
  const found: [number, number][] = [];
  for (const each of numbers) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === each - 1) last[1] = each;
    else found.push([each, each]);
  }
  return found.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join();
}

/** Settings of Slurm that are not about one job. */
const KEPT = ['SLURM_CONF', 'SLURM_CONF_SERVER', 'SLURM_CLUSTERS', 'SLURM_TIME_FORMAT'];

/** Returns the environment without the variables of a job in which the runner itself may be. */
function withoutJob(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = Object.keys(environment).filter(
    (name) => !/^(SLURMD?|SBATCH|SQUEUE|SCANCEL|SACCT|SALLOC|SRUN)_/.test(name) || KEPT.includes(name),
  );
  // The order of columns and the words of messages.
  return { ...Object.fromEntries(names.map((name) => [name, environment[name]])), LC_ALL: 'C' };
}
