import { constants } from 'node:fs';
import { copyFile, link } from 'node:fs/promises';

/** Puts a file that must not change also at `to`: as a link, or as a copy where the disk has none. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!NO_LINKS.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
}

/** What file systems say that have no links, or none from one disk to another, or no more of this file. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EXDEV', 'EMLINK'];
