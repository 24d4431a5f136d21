import { hash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { join } from 'node:path';
import { namesIn } from './files.ts';
import { fieldsAfterCommand } from './process-table.ts';

/**
 * Identifies a process that holds a lock, in one string, with the machine and container in which its process id is
 * valid: `pid=12,start=345,boot=4f5c…,pidns=4026531836,machine=9ad1…,host=node-1,job=77`. Valid as part of a file name.
 */
export type Handle = string & { readonly __brand: 'Handle' };

interface Parts {
  readonly pid: number;
  /** Its start time in clock ticks since boot; empty if `/proc` does not provide it. */
  readonly start: string;
  /** The boot id: differs between machines, and between boots of one machine. */
  readonly boot: string;
  /** The PID namespace: differs between containers. */
  readonly pidns: string;
  /** Equal for all boots of one machine, and different for two machines; empty if that cannot be told. */
  readonly machine: string;
  readonly host: string;
  /** The id of the scheduler's job; empty if there is none. */
  readonly job: string;
}

/** Whether a process is alive; unknown for a process on another machine or in another container. */
export type Liveness = 'alive' | 'dead' | 'unknown';

const FORMAT =
  /^pid=([1-9]\d{0,9}),start=(\d*),boot=([\w-]*),pidns=(\d*),machine=(\w*),host=([^,/\p{Cc}]*),job=([\w.-]*)$/u;
const JOB_VARIABLES = ['SLURM_JOB_ID', 'PBS_JOBID', 'LSB_JOBID'];

let own: Handle | undefined;

/** Returns the handle of this process. */
export function ownHandle(): Handle {
  own ??= handleOf(process.pid);
  return own;
}

/** Returns the handle of a process on this machine, in the same container. */
export function handleOf(pid: number): Handle {
  const job = JOB_VARIABLES.map((name) => process.env[name]).find((id) => id) ?? '';
  return format({
    pid,
    start: statusOf(pid)?.start ?? '',
    ...place(),
    machine: machineId(),
    host: hostName(),
    job: job.replaceAll(/[^\w.-]/g, '_'),
  });
}

function format({ pid, start, boot, pidns, machine, host, job }: Parts): Handle {
  return `pid=${pid},start=${start},boot=${boot},pidns=${pidns},machine=${machine},host=${host},job=${job}` as Handle;
}

/** Parses a handle; returns nothing if the text is not one. */
export function parseHandle(text: string): Handle | undefined {
  return FORMAT.test(text) ? (text as Handle) : undefined;
}

export function livenessOf(handle: Handle): Liveness {
  const { pid, start, boot, pidns, host } = partsOf(handle);
  const here = place();
  if (boot !== here.boot || pidns !== here.pidns) return 'unknown';
  // If either is unknown, the host name has to distinguish machines and containers.
  if ((boot === '' || pidns === '') && host !== hostName()) return 'unknown';
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return 'dead';
  }
  const now = statusOf(pid);
  if (now === undefined) return 'alive';
  // A zombie, whose parent has not read its exit code yet, still has its process id.
  return now.state !== 'Z' && (start === '' || now.start === start) ? 'alive' : 'dead';
}

/**
 * Returns whether a process ended when this machine was shut down: it ran on this machine in an earlier boot, and has
 * given no sign of life since the current one began. `seen`: its last sign of life, in milliseconds since 1970.
 */
export function endedBeforeBoot(handle: Handle, seen: number): boolean {
  const { boot, machine, host } = partsOf(handle);
  if (boot === '' || machine === '' || machine !== machineId() || host !== hostName()) return false;
  return boot !== place().boot && seen < Date.now() - uptime() * 1000;
}

/** Returns whether a handle is the one of this process. */
export function isOwn(handle: Handle): boolean {
  return handle === ownHandle();
}

/**
 * Returns the absolute paths of files and directories in `folder` whose names are `prefix` and the handle of a process that
 * has ended. Leaves out those of other users, who could have placed anything in a folder for all.
 */
export function abandonedIn(folder: string, prefix: string): readonly string[] {
  return namesIn(folder).flatMap((name) => {
    const holder = name.startsWith(prefix) ? parseHandle(name.slice(prefix.length)) : undefined;
    if (holder === undefined || livenessOf(holder) !== 'dead') return [];
    const path = join(folder, name);
    return lstatSync(path, { throwIfNoEntry: false })?.uid === process.getuid?.() ? [path] : [];
  });
}

/** Describes a holder in messages: `process 12`, `process 12 on node-1 (job 77)`. */
export function describeHandle(handle: Handle): string {
  const { pid, host, job } = partsOf(handle);
  const where = livenessOf(handle) === 'unknown' ? ` on ${host}` : '';
  return `process ${pid}${where}${job === '' ? '' : ` (job ${job})`}`;
}

function partsOf(handle: Handle): Parts {
  const [, pid = '', start = '', boot = '', pidns = '', machine = '', host = '', job = ''] = FORMAT.exec(handle) ?? [];
  return { pid: Number(pid), start, boot, pidns, machine, host, job };
}

let here: Pick<Parts, 'boot' | 'pidns'> | undefined;

/** Returns the scope in which process ids are comparable with those here; empty if `/proc` does not provide it. */
function place(): Pick<Parts, 'boot' | 'pidns'> {
  here ??= { boot: bootId(), pidns: pidNamespace() };
  return here;
}

function hostName(): string {
  return hostname().replaceAll(/[,/]/g, '_');
}

/** The PID namespace of a machine itself. Containers have others. */
const INITIAL_NAMESPACE = '4026531836';
let ownMachine: string | undefined;

/**
 * Identifies this machine by the id that its system has got when it was installed and by the addresses of its network
 * cards, since copies of a disk share the former. Empty in a container, which may share both with others.
 */
function machineId(): string {
  ownMachine ??= place().pidns === INITIAL_NAMESPACE ? readMachineId() : '';
  return ownMachine;
}

function readMachineId(): string {
  try {
    const id = readFileSync('/etc/machine-id', 'utf8').trim();
    const cards = readdirSync('/sys/class/net').filter((name) => existsSync(`/sys/class/net/${name}/device`));
    const addresses = cards.map((name) => readFileSync(`/sys/class/net/${name}/address`, 'utf8').trim()).sort();
    if (id === '' || addresses.length === 0) return '';
    return hash('sha256', [id, ...addresses].join(' ')).slice(0, 16);
  } catch {
    return '';
  }
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
    const fields = fieldsAfterCommand(stat);
    return { state: fields[0] ?? '', start: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
