import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { problem, type Result, success } from '../problem.ts';
import { reasonOf } from './wording.ts';

/** No photograph is larger, and several files are in memory at a time. */
const MOST_BYTES = 256 << 20;

/**
 * Reads the file of an image whole. Links are followed, wherever they lead: many data sets are folders of links. What is
 * no regular file (a folder, a pipe, a device) is a failure, and none of it is waited for.
 */
export async function readImageFile(file: string): Promise<Result<Buffer>> {
  const unreadable = (reason: string, advice = 'Put an image in its place.') =>
    problem(`cannot read the image: ${reason}`, { at: { file }, advice });
  let handle: FileHandle | undefined;
  try {
    // Without O_NONBLOCK a pipe would be waited for.
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await handle.stat();
    if (!stats.isFile()) return unreadable('it is not a file');
    if (stats.size === 0) return unreadable('it is empty');
    if (stats.size > MOST_BYTES)
      return unreadable(`it has ${stats.size} bytes, and no image has more than ${MOST_BYTES}`);
    return success(await handle.readFile());
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === 'ENXIO') return unreadable('it is not a file');
    if (code === 'EACCES') return unreadable('it may not be read', 'Change its permissions (chmod +r).');
    if (code === 'ELOOP') return unreadable('it is a link that leads back to itself');
    return unreadable(reasonOf(error), 'Put it back, or run the stage that lists the images again.');
  } finally {
    await handle?.close();
  }
}
