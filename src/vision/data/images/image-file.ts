import { closeSync, constants, fstatSync, open as openWithCallback, read as readWithCallback } from 'node:fs';
import { promisify } from 'node:util';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { reasonOf } from '../../../shared/wording.ts';

/** No photograph is larger, and several files are in memory at a time. */
const MAX_BYTES = 256 << 20;

// What may wait for a disk is asynchronous, and nothing else: each such call is a way to another thread and back.
const open = promisify(openWithCallback);
const read = promisify(readWithCallback);

/**
 * Reads the file of an image whole. Links are followed, wherever they lead: many data sets are folders of links. What is
 * no regular file (a folder, a pipe, a device) is a failure, and none of it is waited for.
 */
export async function readImageFile(file: string): Promise<Result<Buffer>> {
  const unreadable = (reason: string, advice = 'Put an image in its place.') =>
    problem(`cannot read the image: ${reason}`, { at: { file }, advice });
  let descriptor: number | undefined;
  try {
    // Without O_NONBLOCK a pipe would be waited for.
    descriptor = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return unreadable('it is not a file');
    if (stats.size === 0) return unreadable('it is empty');
    if (stats.size > MAX_BYTES)
      return unreadable(`it has ${stats.size} bytes, and no image has more than ${MAX_BYTES}`);
    return success(await readBytes(descriptor, stats.size));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === 'ENXIO') return unreadable('it is not a file');
    if (code === 'EACCES') return unreadable('it may not be read', 'Change its permissions (chmod +r).');
    if (code === 'ELOOP') return unreadable('it is a link that leads back to itself');
    return unreadable(reasonOf(error), 'Put it back, or run the stage that lists the images again.');
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Fewer if the file has become shorter meanwhile. */
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
