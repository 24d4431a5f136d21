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

const SHORT: Readonly<Record<string, string>> = {
  PENDING: 'PD',
  RUNNING: 'R',
  COMPLETING: 'CG',
  COMPLETED: 'CD',
  FAILED: 'F',
  CANCELLED: 'CA',
  TIMEOUT: 'TO',
  NODE_FAIL: 'NF',
  OUT_OF_MEMORY: 'OOM',
};

const SQUEUE_FIELDS: Readonly<Record<string, (job: Job) => string>> = {
  A: ({ raw }) => String(raw),
  F: ({ raw, array }) => String(array?.id ?? raw),
  K: ({ array }) => (array === undefined ? 'N/A' : String(array.index)),
  N: ({ node = '' }) => node,
  T: ({ state }) => state,
  i: ({ id }) => id,
  j: ({ request }) => request.name,
  k: ({ request }) => request.comment || '(null)',
  r: ({ reason }) => reason,
  t: ({ state }) => SHORT[state] ?? state,
};

/** `squeue`: jobs that are not over, each job of an array in a line of its own only if it runs, or with `--array`. */
export function squeue(args: readonly string[], cluster: Cluster): Answer {
  const { values } = parseArgs({
    args: [...args],
    options: {
      all: { type: 'boolean', short: 'a' },
      array: { type: 'boolean', short: 'r' },
      format: { type: 'string', short: 'o' },
      jobs: { type: 'string', short: 'j' },
      me: { type: 'boolean' },
      name: { type: 'string', short: 'n' },
      noheader: { type: 'boolean', short: 'h' },
      // Jobs are in the order of their ids anyway.
      sort: { type: 'string', short: 'S' },
      states: { type: 'string', short: 't' },
      user: { type: 'string', short: 'u' },
    },
  });
  const forgotten = cluster.options.clock.now() - cluster.options.minJobAge;
  const states = values.states === undefined || values.states === 'all' ? undefined : values.states.split(',');
  const found = cluster.jobs.filter(
    (job) =>
      (isOver(job) ? values.states === 'all' && (job.ended ?? 0) > forgotten : true) &&
      (states?.some((state) => state === job.state || state === SHORT[job.state]) ?? true) &&
      isNamed(job, values),
  );
  const format = values.format ?? '%.18i %.9P %.8j %.8u %.2t %.10M %.6D %R';
  const rows = values.array === true ? found : collapsed(found);
  const header = values.noheader === true ? [] : [format];
  return lines([...header, ...rows.map(formatter(format))]);
}

/** Replaces the jobs of each array that wait for the same reason by one, `12_[3-5,9]`. */
function collapsed(jobs: readonly Job[]): Job[] {
  const waiting = new Map<string, Job[]>();
  const rows: (Job | Job[])[] = [];
  for (const job of jobs) {
    if (job.array === undefined || job.state !== 'PENDING' || job.restarts > 0) {
      rows.push(job);
      continue;
    }
    const key = `${job.array.id} ${job.reason}`;
    const known = waiting.get(key);
    if (known !== undefined) known.push(job);
    else {
      const members = [job];
      waiting.set(key, members);
      rows.push(members);
    }
  }
  return rows.map((row) => {
    if (!Array.isArray(row)) return row;
    const [first] = row;
    if (first?.array === undefined) throw new Error('a group of jobs is not of an array');
    const indexes = rangesOf(row.flatMap(({ array }) => (array === undefined ? [] : [array.index])));
    const limit = first.request.array?.limit;
    return { ...first, id: `${first.array.id}_[${indexes}${limit === undefined ? '' : `%${limit}`}]` };
  });
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

/** Returns what writes a job in a format such as `%i|%.8j`. */
function formatter(format: string): (job: Job) => string {
  const parts = [...format.matchAll(/%(\.)?(\d+)?([A-Za-z])|[^%]+/g)].map(([text, right, width, letter]) => {
    const field = SQUEUE_FIELDS[letter ?? ''];
    if (field === undefined) return () => (letter === undefined ? text : '');
    if (width === undefined) return field;
    return (job: Job) => {
      const cut = field(job).slice(0, Number(width));
      return right === undefined ? cut.padEnd(Number(width)) : cut.padStart(Number(width));
    };
  });
  return (job) => parts.map((part) => part(job)).join('');
}

const SACCT_FIELDS: Readonly<Record<string, (job: Job) => string>> = {
  comment: ({ request }) => request.comment,
  exitcode: ({ end }) => exitCodeOf(end),
  jobid: ({ id }) => id,
  jobidraw: ({ raw }) => String(raw),
  jobname: ({ request }) => request.name,
  nodelist: ({ node = 'None assigned' }) => node,
  reason: ({ reason }) => reason,
  restarts: ({ restarts }) => String(restarts),
  state: ({ state, cancelledBy }) => (cancelledBy === undefined ? state : `${state} by ${cancelledBy}`),
};

/** `sacct -n -P -X`: all jobs, also those that are over. */
export function sacct(args: readonly string[], cluster: Cluster): Answer {
  const { values } = parseArgs({
    args: [...args],
    options: {
      allocations: { type: 'boolean', short: 'X' },
      array: { type: 'boolean' },
      duplicates: { type: 'boolean', short: 'D' },
      endtime: { type: 'string', short: 'E' },
      format: { type: 'string', short: 'o' },
      jobs: { type: 'string', short: 'j' },
      name: { type: 'string' },
      noheader: { type: 'boolean', short: 'n' },
      parsable2: { type: 'boolean', short: 'P' },
      starttime: { type: 'string', short: 'S' },
      user: { type: 'string', short: 'u' },
    },
  });
  const fields = (values.format ?? 'JobID,JobName,State,ExitCode').split(',').map((field) => field.split('%')[0] ?? '');
  const unknown = fields.find((field) => SACCT_FIELDS[field.toLowerCase()] === undefined);
  if (unknown !== undefined) return fault('sacct', `Invalid field requested: "${unknown}"`);
  const rows = cluster.jobs
    .filter((job) => isNamed(job, values))
    .map((job) => fields.map((field) => SACCT_FIELDS[field.toLowerCase()]?.(job)).join('|'));
  return lines(values.noheader === true ? rows : [fields.join('|'), ...rows]);
}

function exitCodeOf(end: JobEnd | undefined): string {
  if (end?.kind === 'exited') return `${end.code}:0`;
  const numbers: Readonly<Record<string, number>> = { SIGTERM: 15, SIGKILL: 9, SIGUSR2: 12 };
  return end?.kind === 'signalled' ? `0:${numbers[end.signal] ?? 1}` : end === undefined ? '0:0' : '0:125';
}

/** `scancel`: ends jobs, or sends a signal to their scripts. */
export function scancel(args: readonly string[], cluster: Cluster): Answer {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      batch: { type: 'boolean', short: 'b' },
      full: { type: 'boolean', short: 'f' },
      me: { type: 'boolean' },
      name: { type: 'string', short: 'n' },
      quiet: { type: 'boolean', short: 'Q' },
      signal: { type: 'string', short: 's' },
      user: { type: 'string', short: 'u' },
    },
  });
  const unknown = positionals.filter((id) => cluster.find(id).length === 0);
  const named = values.name === undefined ? [] : cluster.jobs.filter((job) => isNamed(job, values));
  for (const job of [...positionals.flatMap((id) => cluster.find(id)), ...named]) {
    if (values.signal === undefined) cluster.cancel(job);
    else job.kill?.(`SIG${values.signal.replace(/^SIG/, '')}` as NodeJS.Signals);
  }
  const stderr = unknown.map((id) => `scancel: error: Kill job error on job id ${id}: Invalid job id specified\n`);
  return { code: unknown.length > 0 && values.quiet !== true ? 1 : 0, stdout: '', stderr: stderr.join('') };
}

/** `scontrol`: `ping`, `show config`, `show job`, `hold`, `release`, `requeue`. */
export function scontrol(args: readonly string[], cluster: Cluster): Answer {
  const [verb = '', ...rest] = args.filter((arg) => !arg.startsWith('-'));
  if (verb === 'ping') return lines(['Slurmctld(primary) at controller is UP']);
  if (verb === 'show' && rest[0] === 'config')
    return lines([`MaxArraySize            = ${cluster.options.maxArraySize}`]);
  const jobs = (verb === 'show' ? rest.slice(1) : rest)
    .flatMap((ids) => ids.split(','))
    .flatMap((id) => cluster.find(id));
  if (jobs.length === 0) return { code: 1, stdout: '', stderr: 'slurm_load_jobs error: Invalid job id specified\n' };
  switch (verb) {
    case 'show':
      return lines(jobs.map(described));
    case 'hold':
      for (const job of jobs) job.isHeld = true;
      return lines([]);
    case 'release':
      for (const job of jobs) cluster.release(job);
      return lines([]);
    default:
      return fault('scontrol', `invalid keyword: ${verb}`);
  }
}

function described({ raw, request, state, reason, node = '', end, restarts }: Job): string {
  return `JobId=${raw} JobName=${request.name} JobState=${state} Reason=${reason} Restarts=${restarts} ExitCode=${exitCodeOf(end)} NodeList=${node} Comment=${request.comment}`;
}

function isNamed({ id, raw, array, request }: Job, { name, jobs }: { name?: string; jobs?: string }): boolean {
  if (name !== undefined && !name.split(',').includes(request.name)) return false;
  return jobs === undefined || jobs.split(',').some((each) => [id, String(raw), String(array?.id)].includes(each));
}
