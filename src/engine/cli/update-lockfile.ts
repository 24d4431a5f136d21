import { relative } from 'node:path';
import { type Result, success } from '../../shared/problem.ts';
import type { RunResult } from '../execute/events.ts';
import { compareLockfile, writeLockfile } from '../execute/lockfile.ts';
import { describeLockChanges } from '../report/lock-changes.ts';
import type { Console } from './console.ts';

/**
 * Writes the lockfile after a complete, successful run, and prints which stages changed in it: a file that is committed
 * must not change unnoticed.
 */
export function updateLockfile(result: RunResult, path: string, { print, paint }: Console): Result<void> {
  const changes = compareLockfile(path, result);
  const written = writeLockfile(path, result);
  if (!written.ok) return written;
  // The first lockfile has changed nothing.
  if (changes !== 'none') print(`\n${describeLockChanges(relative(process.cwd(), path), changes, paint)}`);
  return success(undefined);
}
