import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Names a process that holds something, in one string: who it is, and in which place its process id means it.
 * `pid=12,start=345,boot=4f5c…,pidns=4026531836,host=node-1,job=77`. It may be part of a file name.
 */
export type Handle = string & { readonly __brand: 'Handle' };

interface Parts {
  readonly pid: number;
  /** Clock ticks since boot at which it started; empty where `/proc` does not say. */
  readonly start: string;
  /** Differs from machine to machine, and on one machine from boot to boot. */
  readonly boot: string;
  /** Differs from container to container. */
  readonly pidns: string;
  readonly host: string;
  /** The job of a scheduler; empty if there is none. */
  readonly job: string;
}

/** Whether a process lives. Of another machine's, or another container's, nothing can be seen from here. */
export type Liveness = 'alive' | 'dead' | 'unknown';

const FORMAT = /^pid=(\d+),start=(\d*),boot=([\w-]*),pidns=(\d*),host=([^,/]*),job=([\w.-]*)$/;
const JOB_VARIABLES = ['SLURM_JOB_ID', 'PBS_JOBID', 'LSB_JOBID'];

let own: Handle | undefined;

/** The handle of this process. */
export function ownHandle(): Handle {
  own ??= handleOf(process.pid);
  return own;
}

/** The handle of a process that this machine runs, seen from the same container. */
export function handleOf(pid: number): Handle {
  const job = JOB_VARIABLES.map((name) => process.env[name]).find((id) => id) ?? '';
  return format({
    pid,
    start: statusOf(pid)?.start ?? '',
    ...place(),
    host: hostName(),
    job: job.replaceAll(/[^\w.-]/g, '_'),
  });
}

function format({ pid, start, boot, pidns, host, job }: Parts): Handle {
  return `pid=${pid},start=${start},boot=${boot},pidns=${pidns},host=${host},job=${job}` as Handle;
}

/** The handle in a text; nothing if there is none. */
export function parseHandle(text: string): Handle | undefined {
  return FORMAT.test(text) ? (text as Handle) : undefined;
}

export function livenessOf(handle: Handle): Liveness {
  const { pid, start, boot, pidns, host } = partsOf(handle);
  const here = place();
  if (boot !== here.boot || pidns !== here.pidns) return 'unknown';
  // Where the system does not tell one of them, the host's name has to tell machines and containers apart.
  if ((boot === '' || pidns === '') && host !== hostName()) return 'unknown';
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return 'dead';
  }
  const now = statusOf(pid);
  if (now === undefined) return 'alive';
  // A process that has ended, and whose parent has not asked for its exit code yet, still has its id.
  return now.state !== 'Z' && (start === '' || now.start === start) ? 'alive' : 'dead';
}

/** Whether this very process is meant. */
export function isOwn(handle: Handle): boolean {
  return handle === ownHandle();
}

/** How people are told of the holder: `process 12`, `process 12 on node-1 (job 77)`. */
export function describeHandle(handle: Handle): string {
  const { pid, host, job } = partsOf(handle);
  const where = livenessOf(handle) === 'unknown' ? ` on ${host}` : '';
  return `process ${pid}${where}${job === '' ? '' : ` (job ${job})`}`;
}

function partsOf(handle: Handle): Parts {
  const [, pid = '', start = '', boot = '', pidns = '', host = '', job = ''] = FORMAT.exec(handle) ?? [];
  return { pid: Number(pid), start, boot, pidns, host, job };
}

let here: Pick<Parts, 'boot' | 'pidns'> | undefined;

/** Where a process id means the same process as here. Empty where `/proc` does not say. */
function place(): Pick<Parts, 'boot' | 'pidns'> {
  here ??= { boot: bootId(), pidns: pidNamespace() };
  return here;
}

function hostName(): string {
  return hostname().replaceAll(/[,/]/g, '_');
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function pidNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '';
  } catch {
    return '';
  }
}

function statusOf(pid: number): { readonly state: string; readonly start: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses and may contain spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', start: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
