import { relative } from 'node:path';
import { type Result, success } from '../../shared/problem.ts';
import type { RunResult } from '../execute/events.ts';
import { completedIn, type Lockfile, writeLockfile } from '../execute/lockfile.ts';
import { readLockfile } from '../execute/read-lockfile.ts';
import { describeLockChanges, type LockChanges } from '../report/lock-changes.ts';
import type { Console } from './console.ts';

/**
 * Writes the lockfile after a complete, successful run, and prints which stages changed in it: a file that is committed
 * must not change unnoticed.
 */
export function updateLockfile(result: RunResult, path: string, { print, paint }: Console): Result<void> {
  const before = readLockfile(path, path);
  const written = writeLockfile(path, result);
  if (!written.ok) return written;
  // The first lockfile has changed nothing.
  if (before.ok && before.value === undefined) return success(undefined);
  const changes = before.ok ? changesIn(before.value ?? new Map(), result) : undefined;
  print(`\n${describeLockChanges(relative(process.cwd(), path), changes, paint)}`);
  return success(undefined);
}

function changesIn(before: Lockfile, result: RunResult): LockChanges {
  const now = completedIn(result);
  const names = new Set(now.map(({ name }) => name));
  return {
    changed: now
      .filter(({ name, key, outputs }) => {
        const locked = before.get(name);
        return locked !== undefined && (locked.key !== key || !areEqual(locked.outputs, outputs));
      })
      .map(({ name }) => name),
    added: [...names].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !names.has(name)),
  };
}

function areEqual(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
