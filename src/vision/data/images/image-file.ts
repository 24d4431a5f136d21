import { closeSync, constants, fstatSync, open as openWithCallback, read as readWithCallback } from 'node:fs';
import { promisify } from 'node:util';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { reasonOf } from '../../../shared/wording.ts';

/** 256 MiB: larger than any photograph. Several files are in memory at the same time. */
const MAX_BYTES = 256 << 20;

// Only calls that may wait for the disk are asynchronous, because each of them costs a switch to another thread.
const open = promisify(openWithCallback);
const read = promisify(readWithCallback);

/**
 * Reads the file of an image, up to 256 MiB. Symbolic links are followed, also out of the data set, because many data sets
 * are folders of links. A path that is not a regular file (a folder, a pipe, a device) is a failure and never blocks.
 */
export async function readImageFile(file: string): Promise<Result<Buffer>> {
  const unreadable = (reason: string, advice = 'Replace it with an image.') =>
    problem(`cannot read the image: ${reason}`, { at: { file }, advice });
  let descriptor: number | undefined;
  try {
    // Without O_NONBLOCK, opening a pipe would block.
    descriptor = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return unreadable('it is not a regular file');
    if (stats.size === 0) return unreadable('it is empty');
    if (stats.size > MAX_BYTES) return unreadable(`it has ${stats.size} bytes; at most ${MAX_BYTES} are read`);
    return success(await readBytes(descriptor, stats.size));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === 'ENXIO') return unreadable('it is not a regular file');
    if (code === 'EACCES') return unreadable('permission denied', 'Make it readable (chmod +r).');
    if (code === 'ELOOP') return unreadable('its symbolic links form a cycle');
    return unreadable(reasonOf(error), 'Restore it, or rerun the stage that lists the images.');
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Reads `length` bytes, or fewer if the file has been truncated in the meantime. */
async function readBytes(descriptor: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let count = 0;
  while (count < length) {
    const { bytesRead } = await read(descriptor, bytes, count, length - count, null);
    if (bytesRead === 0) break;
    count += bytesRead;
  }
  return bytes.subarray(0, count);
}
