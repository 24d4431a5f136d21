import { constants } from 'node:fs';
import { copyFile, link } from 'node:fs/promises';

/** Makes an immutable file available at `to`, as a hard link or, where the file system has none, as a copy. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!NO_LINKS.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
}

/** Error codes for: no hard links, none across file systems, too many links to the file. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EXDEV', 'EMLINK'];
