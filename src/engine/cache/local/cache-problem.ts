import { problem, type Result } from '../../../shared/problem.ts';

/** What the file system said when the cache at `directory` was written, with what to do about it. Bugs are thrown on. */
export function cacheProblem(thrown: unknown, directory: string): Result<never> & { readonly ok: false } {
  const error = thrown as NodeJS.ErrnoException;
  const at = { file: error.path ?? directory };
  switch (error.errno === undefined ? undefined : error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return problem('the disk of the cache is full', {
        at,
        advice: 'Free some space, or move the cache: --cache DIR.',
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return problem('the cache may not be written', {
        at,
        advice: 'Make it writable, or use another one: --cache DIR.',
      });
    case 'EEXIST':
    case 'EISDIR':
    case 'ENOTDIR':
      return problem('something else is where the cache puts this', {
        at,
        advice: 'Remove it: a cache holds nothing that cannot be made again.',
      });
    case undefined:
      throw error;
    default:
      return problem(`the cache cannot be written: ${error.code}`, {
        at,
        advice: 'See whether its disk is in order, or use another cache: --cache DIR.',
      });
  }
}
