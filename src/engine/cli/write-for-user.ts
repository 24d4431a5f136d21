import { updateAtomically } from '../../shared/atomic-write.ts';
import { problem, type Result, success } from '../../shared/problem.ts';

/** Writes a file that the user has asked for, atomically. A problem says why that is not possible. */
export function writeForUser(file: string, content: string | Uint8Array): Result<void> {
  try {
    updateAtomically(file, content);
    return success(undefined);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return problem(`cannot write: ${code}`, {
      at: { file },
      advice: 'Choose a writable folder with enough disk space.',
    });
  }
}
