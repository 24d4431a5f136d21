import { readFileSync } from 'node:fs';
import { groupBy } from '../../shared/group-by.ts';
import { fieldsAfterCommand, processIds } from '../../shared/process-table.ts';
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
/** The first samples only see how the process starts: a stage with fewer of them is too short to say what it used. */
const FEWEST_SAMPLES = 4;
/** Looking for the processes of groups takes at most this share of a core, however many processes a machine has. */
const SHARE = 1 / 50;
/** `/proc` counts CPU time in units of 10 ms on every Linux system that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Samples what the processes of a group use, where `/proc` shows it (Linux), and calls `exceeded` at the limit. */
export class UsageWatch {
  readonly #group: number | undefined;
  readonly #limit: number;
  readonly #exceeded: () => void;
  #timer: NodeJS.Timeout | undefined;
  #usage: Usage = { peakMemory: 0, cpuSeconds: 0 };
  #samples = 0;
  #isOver = false;

  /** @param limit the memory that the group may use, in bytes. `exceeded` ends the group. */
  constructor(group: number | undefined, limit: number | undefined, exceeded: () => void) {
    this.#group = group;
    this.#limit = limit ?? Number.POSITIVE_INFINITY;
    this.#exceeded = exceeded;
    if (process.platform === 'linux' && group !== undefined) this.#wait(FIRST_MILLISECONDS);
  }

  /** Stops watching. Returns what was used, if that is known, and the memory that was more than the limit. */
  end(): { readonly usage: Usage | undefined; readonly over: number | undefined } {
    clearTimeout(this.#timer);
    return {
      usage: this.#samples < FEWEST_SAMPLES ? undefined : this.#usage,
      over: this.#isOver ? this.#usage.peakMemory : undefined,
    };
  }

  #wait(interval: number): void {
    this.#timer = setTimeout(() => this.#sample(interval), interval).unref();
  }

  #sample(interval: number): void {
    const sample = sampleOf(this.#group ?? 0, this.#limit);
    if (sample !== undefined) {
      this.#samples++;
      this.#usage = {
        peakMemory: Math.max(sample.memory, this.#usage.peakMemory),
        cpuSeconds: Math.max(sample.cpuSeconds, this.#usage.cpuSeconds),
      };
    }
    if ((sample?.memory ?? 0) > this.#limit) {
      this.#isOver = true;
      this.#exceeded();
      return;
    }
    this.#wait(Math.min(interval * 2, Number.isFinite(this.#limit) ? LIMITED_MILLISECONDS : LAST_MILLISECONDS));
  }
}

/** Returns what the processes of a group use; nothing if there are none. Measures more exactly what is above `limit`. */
function sampleOf(group: number, limit: number): Sample | undefined {
  // Its leader is looked at each time, so that a stage of one process does not depend on the search.
  const ids = new Set([group, ...membersOf(group)]);
  const members = [...ids].flatMap((id) => {
    const member = processOf(id);
    return member?.group === group ? [{ id, ticks: member.ticks }] : [];
  });
  if (members.length === 0) return undefined;
  const cpuSeconds = sum(members.map(({ ticks }) => ticks)) / TICKS_PER_SECOND;
  const memory = sum(members.map(({ id }) => residentMemory(id)));
  // Processes that were forked share memory, which counts for each of them here, and once there.
  return { cpuSeconds, memory: memory > limit ? sum(members.map(({ id }) => ownMemory(id))) : memory };
}

/** The processes by group, which all stages that run at the same time share. */
let found: ReadonlyMap<number, readonly number[]> = new Map();
let searchNext = 0;

function membersOf(group: number): readonly number[] {
  const started = performance.now();
  if (started >= searchNext) {
    found = groupBy(processIds(), (id) => processOf(id)?.group ?? 0);
    const ended = performance.now();
    searchNext = ended + (ended - started) / SHARE;
  }
  return found.get(group) ?? [];
}

function processOf(id: number): { readonly group: number; readonly ticks: number } | undefined {
  const stat = textOf(`/proc/${id}/stat`);
  if (stat === '') return undefined;
  const fields = fieldsAfterCommand(stat);
  // Its own time, and that of its children which have ended.
  return { group: Number(fields[2]), ticks: sum(fields.slice(11, 15).map(Number)) };
}

function residentMemory(id: number): number {
  const status = textOf(`/proc/${id}/status`);
  const [anonymous, shared] = [kilobytes(status, 'RssAnon'), kilobytes(status, 'RssShmem')];
  return 1024 * (anonymous === undefined ? (kilobytes(status, 'VmRSS') ?? 0) : anonymous + (shared ?? 0));
}

/** Returns the memory of a process, of which pages that it shares with n others count for 1/n. */
function ownMemory(id: number): number {
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
