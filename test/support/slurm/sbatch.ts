import { parseArgs } from 'node:util';
import type { Dependency, JobRequest } from './job.ts';

/** The options of `sbatch` that this Slurm knows. Another one is a fault, as for the real one. */
const OPTIONS = {
  account: { type: 'string', short: 'A' },
  array: { type: 'string', short: 'a' },
  chdir: { type: 'string', short: 'D' },
  comment: { type: 'string' },
  'cpus-per-task': { type: 'string', short: 'c' },
  dependency: { type: 'string', short: 'd' },
  exclude: { type: 'string', short: 'x' },
  export: { type: 'string' },
  gres: { type: 'string' },
  hold: { type: 'boolean', short: 'H' },
  'job-name': { type: 'string', short: 'J' },
  'kill-on-invalid-dep': { type: 'string' },
  mem: { type: 'string' },
  nodes: { type: 'string', short: 'N' },
  ntasks: { type: 'string', short: 'n' },
  'open-mode': { type: 'string' },
  output: { type: 'string', short: 'o' },
  parsable: { type: 'boolean' },
  partition: { type: 'string', short: 'p' },
  requeue: { type: 'boolean' },
  signal: { type: 'string' },
  time: { type: 'string', short: 't' },
  wrap: { type: 'string' },
} as const;

export interface Submission {
  readonly request: JobRequest;
  readonly isParsable: boolean;
}

/** Reads the arguments of `sbatch`, and its script from `--wrap` or from `input`. Throws if they are invalid. */
export function readSubmission(
  args: readonly string[],
  input: string,
  { environment, directory }: { environment: NodeJS.ProcessEnv; directory: string },
): Submission {
  const { values } = parseArgs({ options: OPTIONS, args: [...args] });
  const exported = values.export === 'NONE' ? ['PATH', 'HOME', 'USER', 'SLURM_CONF'] : Object.keys(environment);
  const request: JobRequest = {
    name: values['job-name'] ?? 'wrap',
    comment: values.comment ?? '',
    script: values.wrap === undefined ? input : `#!/bin/sh\n${values.wrap}\n`,
    ...(values.array !== undefined && { array: readArray(values.array) }),
    cpus: Number(values['cpus-per-task'] ?? 1) * Number(values.ntasks ?? 1),
    memory: readMegabytes(values.mem ?? '100'),
    gpus: Number(/gpu(?::\w+)?:(\d+)/.exec(values.gres ?? '')?.[1] ?? (values.gres?.startsWith('gpu') ? 1 : 0)),
    timeLimit: readTime(values.time ?? '60'),
    dependencies: readDependencies(values.dependency ?? ''),
    killOnInvalidDependency: values['kill-on-invalid-dep'] === 'yes',
    isHeld: values.hold === true,
    excluded: values.exclude?.split(',') ?? [],
    ...warningOf(values.signal),
    appends: values['open-mode'] === 'append',
    output: values.output ?? (values.array === undefined ? 'slurm-%A.out' : 'slurm-%A_%a.out'),
    environment: Object.fromEntries(
      exported.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
    ),
    directory: values.chdir ?? directory,
  };
  return { request, isParsable: values.parsable === true };
}

/** Reads `0-9,12%4`. */
function readArray(text: string): NonNullable<JobRequest['array']> {
  const [ranges = '', limit] = text.split('%');
  const indexes = ranges.split(',').flatMap((range) => {
    const [first = '', last = first] = range.split('-');
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
  });
  return { indexes, ...(limit !== undefined && { limit: Number(limit) }) };
}

function readMegabytes(text: string): number {
  const [, amount, unit = 'M'] = /^(\d+)([KMGT])?$/.exec(text) ?? [];
  if (amount === undefined) throw new Error(`Invalid --mem specification`);
  return Math.ceil(Number(amount) * ({ K: 2 ** -10, M: 1, G: 2 ** 10, T: 2 ** 20 }[unit] ?? 1));
}

/** Reads `MINUTES`, `MINUTES:SECONDS`, `HOURS:MINUTES:SECONDS` and `DAYS-HOURS[:MINUTES[:SECONDS]]` as milliseconds. */
function readTime(text: string): number {
  const [, days, rest = ''] = /^(?:(\d+)-)?([\d:]+)$/.exec(text) ?? [];
  const parts = rest.split(':').map(Number);
  if (rest === '' || parts.some(Number.isNaN)) throw new Error('Invalid --time specification');
  const [first = 0, second = 0, third = 0] = parts;
  if (days !== undefined) return (((Number(days) * 24 + first) * 60 + second) * 60 + third) * 1000;
  return parts.length === 3 ? ((first * 60 + second) * 60 + third) * 1000 : (first * 60 + second) * 1000;
}

/** Reads `afterok:1:2_3,aftercorr:4`. */
function readDependencies(text: string): Dependency[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [kind = '', ...ids] = part.split(':');
      if (!/^after(ok|any|notok|corr)$/.test(kind) || ids.length === 0) throw new Error('Job dependency problem');
      return ids.map((on): Dependency => ({ kind: kind as Dependency['kind'], on }));
    });
}

function warningOf(text: string | undefined): Pick<JobRequest, 'warning'> {
  const [, name, seconds = '60'] = /^(?:B:)?([A-Z0-9]+)(?:@(\d+))?$/.exec(text ?? '') ?? [];
  if (name === undefined) return {};
  return { warning: { signal: `SIG${name.replace(/^SIG/, '')}` as NodeJS.Signals, before: Number(seconds) * 1000 } };
}
