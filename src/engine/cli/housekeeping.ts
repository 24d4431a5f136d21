import { existsSync } from 'node:fs';
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
  const { cache } = findProject(options);
  // The default one may not have been made yet; another one that is not there is a mistake.
  if (options.cache !== undefined && !existsSync(cache)) {
    const advice = 'Correct the path, or run the pipeline to create a cache there.';
    return reportProblems([{ message: 'there is no cache', at: { file: cache }, advice }], options);
  }
  const opened = openCacheFolder(cache);
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
