import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A flush takes about a millisecond a file, so this many a second take up to a tenth of the time of the stage. */
const FILES_PER_SECOND = 100;
/** Node works on four file operations at once; more would only wait. */
const PARALLEL = 4;
/** Errors of file systems that cannot flush a file, or a directory. */
const NOT_SUPPORTED = ['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM', 'EACCES'];

/**
 * Returns whether a result should survive a power failure right after it was kept. That is worth the wait for the disk
 * only if computing it again takes far longer.
 */
export function isWorthFlushing(seconds: number, files: number): boolean {
  return seconds >= 1 && files <= seconds * FILES_PER_SECOND;
}

/** Writes a file, or all files and directories below a directory, to the disk itself. Throws file system errors. */
export async function flushTree(path: string): Promise<void> {
  const paths = [path, ...(await entriesBelow(path))];
  const next = async (): Promise<void> => {
    for (let each = paths.pop(); each !== undefined; each = paths.pop()) await flush(each);
  };
  await Promise.all(Array.from({ length: PARALLEL }, next));
}

async function entriesBelow(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true, recursive: true });
    return entries.map(({ parentPath, name }) => join(parentPath, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') throw error;
    return [];
  }
}

async function flush(path: string): Promise<void> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    await file.sync();
  } catch (error) {
    if (!NOT_SUPPORTED.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await file?.close();
  }
}
