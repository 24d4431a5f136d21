import { isAbort } from '../../shared/abort.ts';
import { openCacheFolder } from '../cache/local/cache-folder.ts';
import { reportProblems } from './console.ts';
import { EXIT } from './exit.ts';
import type { CommonOptions } from './options.ts';
import { findProject } from './project.ts';

/**
 * Runs a command that accesses the files of the cache directly, and reports file system errors as problems. Refuses a
 * folder that is not a cache.
 */
export async function housekeeping(options: CommonOptions, command: () => Promise<number>): Promise<number> {
  const opened = openCacheFolder(findProject(options).cache);
  if (!opened.ok) return reportProblems(opened.failure, options);
  try {
    return await command();
  } catch (error) {
    if (isAbort(error)) return EXIT.interrupted;
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined || path === undefined) throw error;
    const message = `the cache cannot be read: ${code}`;
    return reportProblems(
      [{ message, at: { file: path }, advice: 'Change its permissions (chmod), or use another cache: --cache DIR.' }],
      options,
    );
  }
}
