import { dirname } from 'node:path';
import { isTemporary } from '../../../shared/atomic-write.ts';
import { adviceOnLimit, describeLimit } from '../../../shared/limits.ts';
import { problem, type Result } from '../../../shared/problem.ts';

/** Turns a file system error from writing the cache at `directory` into a problem. Rethrows anything else. */
export function cacheProblem(thrown: unknown, directory: string): Result<never> & { readonly ok: false } {
  const error = thrown as NodeJS.ErrnoException;
  const at = { file: placeOf(error.path ?? directory) };
  switch (error.errno === undefined ? undefined : error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return problem('the disk of the cache is full', {
        at,
        advice: 'Free some disk space, or move the cache: --cache DIR.',
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return problem('the cache is not writable', {
        at,
        advice: 'Make it writable, or use another cache: --cache DIR.',
      });
    case 'EEXIST':
    case 'EISDIR':
    case 'ENOTDIR':
      return problem('an unexpected file or directory is in the way of the cache', {
        at,
        advice: 'Remove it: everything in a cache can be recomputed.',
      });
    case undefined:
      throw error;
    default:
      return problem(`cannot write to the cache: ${describeLimit(error.code) ?? error.code}`, {
        at,
        advice: adviceOnLimit(error.code) ?? 'Check the disk, or use another cache: --cache DIR.',
      });
  }
}

/** Nobody knows the name of a temporary file. */
function placeOf(path: string): string {
  return isTemporary(path) ? dirname(path) : path;
}
