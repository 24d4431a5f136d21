import { parseArgs } from 'node:util';
import type { Cluster } from './cluster.ts';
import { isOver, type Job, type JobEnd } from './job.ts';

/** What a program prints, and how it ends. */
export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const lines = (each: readonly string[]): Answer => {
  return { code: 0, stdout: each.map((line) => `${line}\n`).join(''), stderr: '' };
};

export const fault = (program: string, message: string): Answer => {
  return { code: 1, stdout: '', stderr: `${program}: error: ${message}\n` };
};

const SQUEUE_FIELDS: Readonly<Record<string, (job: Job) => string>> = {
  N: ({ node = '' }) => node,
  T: ({ state }) => state,
  i: ({ id }) => id,
  j: ({ request }) => request.name,
  k: ({ request }) => request.comment || '(null)',
  r: ({ reason }) => reason,
};

/** `squeue`: jobs that are not over, each job of an array in a line of its own only if it runs, or with `--array`. */
export function squeue(args: readonly string[], cluster: Cluster): Answer {
  const { values } = parseArgs({
    args: [...args],
    options: {
      all: { type: 'boolean', short: 'a' },
      array: { type: 'boolean', short: 'r' },
      format: { type: 'string', short: 'o', default: '' },
      me: { type: 'boolean' },
      name: { type: 'string', short: 'n' },
      noheader: { type: 'boolean', short: 'h' },
      // Jobs are in the order of their ids anyway.
      sort: { type: 'string', short: 'S' },
      states: { type: 'string', short: 't' },
    },
  });
  const forgotten = cluster.options.clock.now() - cluster.options.minJobAge;
  const found = cluster.jobs.filter(
    (job) =>
      !isErased(job) &&
      (isOver(job) ? values.states === 'all' && (job.ended ?? 0) > forgotten : true) &&
      (values.name === undefined || values.name.split(',').includes(job.request.name)),
  );
  const rows = values.array === true ? found : collapsed(found, waitingRowOf);
  const header = values.noheader === true ? [] : [values.format];
  return lines([...header, ...rows.map(formatter(values.format))]);
}

/** Replaces the jobs of each array that share a row by one, `12_[3-5,9]`. `rowOf` returns nothing for a job with its own. */
function collapsed(jobs: readonly Job[], rowOf: (job: Job) => string | undefined): readonly Job[] {
  const shared = new Map<string, Job[]>();
  for (const job of jobs) {
    const row = rowOf(job) ?? job.id;
    shared.set(row, [...(shared.get(row) ?? []), job]);
  }
  return [...shared.values()].map((members) => {
    const first = members.find(({ state }) => state === 'PENDING') ?? members[0];
    if (first === undefined) throw new Error('a row has a job');
    if (first.array === undefined || rowOf(first) === undefined) return first;
    const limit = first.request.array?.limit;
    const indexes = rangesOf(members.flatMap(({ array }) => array?.index ?? []));
    return { ...first, id: `${first.array.id}_[${indexes}${limit === undefined ? '' : `%${limit}`}]` };
  });
}

/** The row of `squeue` for a job that waits, without `--array`. */
function waitingRowOf({ array, state, reason, restarts }: Job): string | undefined {
  return array !== undefined && state === 'PENDING' && restarts === 0 ? `${array.id} ${reason}` : undefined;
}

/** The row of `sacct` for a job of an array that has not started, also if it was cancelled. */
function accountRowOf({ array, started }: Job): string | undefined {
  return array !== undefined && started === undefined ? `${array.id} waiting` : undefined;
}

/** Writes numbers in ascending order as `3-5,9`. */
function rangesOf(numbers: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const number of numbers) {
    const range = ranges.at(-1);
    if (range?.last === number - 1) range.last = number;
    else ranges.push({ first: number, last: number });
  }
  return ranges.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`)).join(',');
}

/** Returns what writes a job in a format such as `%i|%j`. */
function formatter(format: string): (job: Job) => string {
  return (job) => format.replaceAll(/%([A-Za-z])/g, (_, letter: string) => SQUEUE_FIELDS[letter]?.(job) ?? '');
}

const SACCT_FIELDS: Readonly<Record<string, (job: Job) => string>> = {
  ExitCode: ({ end }) => exitCodeOf(end),
  JobID: ({ id }) => id,
  NodeList: ({ node = 'None assigned' }) => node,
  State: ({ state, cancelledBy }) => (cancelledBy === undefined ? state : `${state} by ${cancelledBy}`),
};

/** `sacct -n -P -X`: all jobs, also those that are over. Those of an array that have not started have one row together. */
export function sacct(args: readonly string[], cluster: Cluster): Answer {
  const { values } = parseArgs({
    args: [...args],
    options: {
      allocations: { type: 'boolean', short: 'X' },
      format: { type: 'string', short: 'o', default: 'JobID,State,ExitCode' },
      jobs: { type: 'string', short: 'j' },
      noheader: { type: 'boolean', short: 'n' },
      parsable2: { type: 'boolean', short: 'P' },
    },
  });
  const fields = values.format.split(',');
  const unknown = fields.find((field) => SACCT_FIELDS[field] === undefined);
  if (unknown !== undefined) return fault('sacct', `Invalid field requested: "${unknown}"`);
  const ids = values.jobs?.split(',');
  const rows = collapsed(cluster.jobs, accountRowOf)
    .filter(({ id, array }) => ids?.some((each) => each === id || each === String(array?.id)) ?? true)
    .map((job) => fields.map((field) => SACCT_FIELDS[field]?.(job)).join('|'));
  return lines(values.noheader === true ? rows : [fields.join('|'), ...rows]);
}

/** Whether Slurm has nothing left of a job: one of an array that was cancelled alone, while it waited. */
function isErased({ array, started, isCancelledAlone }: Job): boolean {
  return array !== undefined && started === undefined && isCancelledAlone;
}

function exitCodeOf(end: JobEnd | undefined): string {
  if (end?.kind === 'exited') return `${end.code}:0`;
  const numbers: Readonly<Record<string, number>> = { SIGTERM: 15, SIGKILL: 9, SIGUSR2: 12 };
  return end?.kind === 'signalled' ? `0:${numbers[end.signal] ?? 1}` : end === undefined ? '0:0' : '0:125';
}

/** `scancel`: ends jobs. */
export function scancel(args: readonly string[], cluster: Cluster): Answer {
  const options = { quiet: { type: 'boolean', short: 'Q' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  const unknown = positionals.filter((id) => cluster.find(id).length === 0);
  for (const id of positionals) for (const job of cluster.find(id)) cluster.cancel(job, id === job.id);
  const stderr = unknown.map((id) => `scancel: error: Kill job error on job id ${id}: Invalid job id specified\n`);
  return { code: unknown.length > 0 && values.quiet !== true ? 1 : 0, stdout: '', stderr: stderr.join('') };
}
