import { reportProblems } from './console.ts';
import type { CommonOptions } from './options.ts';

/** Runs a command that works on the cache's files itself. What the file system objects to is said in words. */
export async function housekeeping(options: CommonOptions, command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined || path === undefined) throw error;
    const message = `the cache cannot be read: ${code}`;
    return reportProblems(
      [{ message, at: { file: path }, advice: 'Make it readable (chmod), or name another one: --cache DIR.' }],
      options,
    );
  }
}
