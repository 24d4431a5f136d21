import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Node works on four file operations at once; more would only wait. */
const PARALLEL = 4;
/** Errors of file systems that cannot flush a file, or a directory. */
const NOT_SUPPORTED = ['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM', 'EACCES'];

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
