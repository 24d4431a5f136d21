import { readdirSync, readFileSync } from 'node:fs';
import type { Usage } from '../cache/records.ts';

/** What the processes of a group use at the moment. */
interface Sample {
  readonly memory: number;
  readonly cpuSeconds: number;
}

/** The interval between samples grows from the first to the last one, so that short stages have a sample, too. */
const FIRST_MILLISECONDS = 25;
const LAST_MILLISECONDS = 500;
/** With a limit, a stage that has reached it goes on for at most this long. */
const LIMITED_MILLISECONDS = 100;
/** Sampling takes at most this share of a core: on a machine with many processes it is done less often. */
const SHARE = 1 / 50;
/** `/proc` counts CPU time in units of 10 ms on every Linux system that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Samples what the processes of a group use, where `/proc` shows it (Linux), and calls `exceeded` at the limit. */
export class UsageWatch {
  readonly #group: number | undefined;
  readonly #limit: number;
  readonly #exceeded: () => void;
  #timer: NodeJS.Timeout | undefined;
  #usage: Usage | undefined;
  #isOver = false;

  /** @param limit the memory that the group may use, in bytes. `exceeded` ends the group. */
  constructor(group: number | undefined, limit: number | undefined, exceeded: () => void) {
    this.#group = group;
    this.#limit = limit ?? Number.POSITIVE_INFINITY;
    this.#exceeded = exceeded;
    if (process.platform === 'linux' && group !== undefined) this.#wait(FIRST_MILLISECONDS, 0);
  }

  /** Stops watching. Returns what was used, if there was a sample, and whether that was more than the limit. */
  end(): { readonly usage: Usage | undefined; readonly isOver: boolean } {
    clearTimeout(this.#timer);
    return { usage: this.#usage, isOver: this.#isOver };
  }

  #wait(interval: number, cost: number): void {
    this.#timer = setTimeout(() => this.#sample(interval), Math.max(interval, cost / SHARE)).unref();
  }

  #sample(interval: number): void {
    const started = performance.now();
    const sample = sampleOf(this.#group ?? 0, this.#limit);
    if (sample !== undefined) {
      this.#usage = {
        peakMemory: Math.max(sample.memory, this.#usage?.peakMemory ?? 0),
        cpuSeconds: Math.max(sample.cpuSeconds, this.#usage?.cpuSeconds ?? 0),
      };
    }
    if ((sample?.memory ?? 0) > this.#limit) {
      this.#isOver = true;
      this.#exceeded();
      return;
    }
    const longest = Number.isFinite(this.#limit) ? LIMITED_MILLISECONDS : LAST_MILLISECONDS;
    this.#wait(Math.min(interval * 2, longest), performance.now() - started);
  }
}

/** Returns what the processes of a group use; nothing if there are none. Measures more exactly what is above `limit`. */
function sampleOf(group: number, limit: number): Sample | undefined {
  const members = processIds().flatMap((id) => memberOf(id, group) ?? []);
  if (members.length === 0) return undefined;
  const cpuSeconds = sum(members.map(({ ticks }) => ticks)) / TICKS_PER_SECOND;
  const memory = sum(members.map(({ id }) => residentMemory(id)));
  // Processes that were forked share memory, which counts for each of them here, and once there.
  return { cpuSeconds, memory: memory > limit ? sum(members.map(({ id }) => ownMemory(id))) : memory };
}

function processIds(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function memberOf(id: string, group: number): { readonly id: string; readonly ticks: number } | undefined {
  const stat = textOf(`/proc/${id}/stat`);
  // After the command in parentheses, which may contain spaces: the state, the parent and the group.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (Number(fields[2]) !== group) return undefined;
  // Its own time, and that of its children which have ended.
  return { id, ticks: sum(fields.slice(11, 15).map(Number)) };
}

function residentMemory(id: string): number {
  const status = textOf(`/proc/${id}/status`);
  const [anonymous, shared] = [kilobytes(status, 'RssAnon'), kilobytes(status, 'RssShmem')];
  return 1024 * (anonymous === undefined ? (kilobytes(status, 'VmRSS') ?? 0) : anonymous + (shared ?? 0));
}

/** Returns the memory of a process, of which pages that it shares with n others count for 1/n. */
function ownMemory(id: string): number {
  const rollup = textOf(`/proc/${id}/smaps_rollup`);
  const [anonymous, shared] = [kilobytes(rollup, 'Pss_Anon'), kilobytes(rollup, 'Pss_Shmem')];
  return anonymous === undefined ? residentMemory(id) : 1024 * (anonymous + (shared ?? 0));
}

function kilobytes(text: string, name: string): number | undefined {
  const [, value] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text) ?? [];
  return value === undefined ? undefined : Number(value);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process has ended, or the system does not show this.
    return '';
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
