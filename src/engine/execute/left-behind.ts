import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { now } from '../../shared/clock.ts';
import { fieldsAfterCommand, processIds } from '../../shared/process-table.ts';

/**
 * Names the stage's process to which a process belongs, by a random value. Whatever the stage starts inherits it, also a
 * daemon that has left the process group.
 */
export const MARK = 'PIPELINE_STAGE_PROCESS';

/** A daemon may fork faster than it can be found, but not for ever. */
const MAX_ROUNDS = 20;

/** Returns an environment with a mark by which `endMarked` finds the processes that inherit it. */
export function withMark(environment: Readonly<Record<string, string>>): Record<string, string> {
  const marked = { ...environment, [MARK]: randomUUID() };
  starts.set(marked, now());
  return marked;
}

/** When the processes with these environments were started, in milliseconds. */
const starts = new WeakMap<object, number>();

/**
 * Kills the processes outside of the process group `group`, which has been killed, that have the mark of `environment`,
 * where `/proc` shows it (Linux). A process is only signalled if its own environment has the mark, which no other stage's
 * process has.
 *
 * @returns a description of each: `python3 (process 12)`.
 */
export function endMarked(environment: Readonly<Record<string, string>>, group: number | undefined): readonly string[] {
  const mark = Buffer.from(`${MARK}=${environment[MARK]}\0`);
  const ended = new Map<number, string>();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const found = processIds()
      .filter(candidates(environment, group))
      .filter((pid) => pid !== process.pid && kill(pid, mark, group, ended));
    if (found.length === 0) break;
  }
  return [...ended].map(([pid, name]) => `${name} (process ${pid})`);
}

/** In this time the system does not give out all process ids, of which there are at least 32,768. */
const UNIQUE_MILLISECONDS = 3000;

/**
 * Returns whether a process may have been started by that of the environment, `leader`. To look at every process takes as
 * long as a small stage, so after a short one those are left out that were there before: ids are given out in ascending
 * order, and after the highest again from the lowest.
 */
function candidates(environment: object, leader: number | undefined): (pid: number) => boolean {
  const started = starts.get(environment);
  const isShort = started !== undefined && now() - started < UNIQUE_MILLISECONDS;
  return leader !== undefined && isShort && leader < newestProcess() ? (pid) => pid > leader : () => true;
}

/** Returns the id that the system gave out last, or 0 if it does not say. */
function newestProcess(): number {
  try {
    return Number(readFileSync('/proc/loadavg', 'utf8').trim().split(' ').at(-1)) || 0;
  } catch {
    return 0;
  }
}

/** Returns whether there was another process with the mark. */
function kill(pid: number, mark: Buffer, group: number | undefined, ended: Map<number, string>): boolean {
  try {
    if (ended.has(pid) || !hasMark(pid, mark) || groupOf(pid) === group) return false;
    const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    process.kill(pid, 'SIGKILL');
    ended.set(pid, name);
    return true;
  } catch {
    // It has ended in the meantime, or belongs to another user.
    return false;
  }
}

function hasMark(pid: number, mark: Buffer): boolean {
  const environment = readFileSync(`/proc/${pid}/environ`);
  const at = environment.indexOf(mark);
  return at === 0 || (at > 0 && environment[at - 1] === 0);
}

function groupOf(pid: number): number {
  return Number(fieldsAfterCommand(readFileSync(`/proc/${pid}/stat`, 'utf8'))[2]);
}
