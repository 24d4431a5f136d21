import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { abandonedIn, ownHandle } from '../../shared/holder.ts';
import { adviceOnLimit, describeLimit } from '../../shared/limits.ts';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import { quietly } from '../cache/local/quietly.ts';

/** The beginning of the names of these folders. It is followed by the handle of their process. */
const PREFIX = 'pipeline-run-';

/**
 * Calls `action` with a new folder that nobody else can access, and removes the folder afterwards. Code is run from
 * there, not from the cache: others may be able to write that. Fails if files cannot be written there.
 */
export async function inTemporaryFolder<Value>(
  name: string,
  action: (folder: string) => Promise<Value>,
): Promise<Result<Value>> {
  let folder: string | undefined;
  try {
    removeAbandoned();
    folder = mkdtempSync(join(tmpdir(), `${PREFIX}${ownHandle()}-${name}-`));
    return success(await action(folder));
  } catch (error) {
    // A failed write, unlike a failed open, does not say to which file.
    const { errno, code, path = tmpdir() } = error as NodeJS.ErrnoException;
    if (errno === undefined || !path.startsWith(tmpdir())) throw error;
    return failure([temporaryProblem(code)]);
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function temporaryProblem(code: string | undefined): Problem {
  return {
    message: `cannot write to the folder for temporary files: ${describeLimit(code) ?? code}`,
    at: { file: tmpdir() },
    advice: adviceOnLimit(code) ?? 'Free some disk space, or set the environment variable TMPDIR to another folder.',
  };
}

let isSwept = false;

/** Removes the folders of processes that were killed, once a process. */
function removeAbandoned(): void {
  if (isSwept) return;
  isSwept = true;
  for (const left of abandonedIn(tmpdir(), PREFIX)) quietly(() => rmSync(left, { recursive: true, force: true }));
}
