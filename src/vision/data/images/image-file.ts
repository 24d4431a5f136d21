import { closeSync, fstatSync, open as openWithCallback, read as readWithCallback } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { isBelow, isInside } from '../../../shared/paths-below.ts';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { faultOf, flagsFor } from '../../../shared/read-file.ts';
import { reasonOf } from '../../../shared/wording.ts';

// Only calls that may wait for the disk are asynchronous, because each of them costs a switch to another thread.
const open = promisify(openWithCallback);
const read = promisify(readWithCallback);

/**
 * Reads the file of an image, up to 256 MiB. Symbolic links are followed. A path that is not a regular file (a folder, a
 * pipe, a device) is a failure and never blocks.
 */
export async function readImageFile(file: string): Promise<Result<Buffer>> {
  const unreadable = (reason: string, advice = 'Replace it with an image.') =>
    problem(`cannot read the image: ${reason}`, { at: { file }, advice });
  let descriptor: number | undefined;
  try {
    descriptor = await open(file, flagsFor('follow'));
    const stats = fstatSync(descriptor);
    const fault = faultOf(stats, 'image');
    if (fault !== undefined) return unreadable(fault.reason);
    if (stats.size === 0) return unreadable('it is empty');
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

/**
 * Reads an image of a data set. Its path comes from a table, which may be anybody's: it has to stay below `root`, also
 * through symbolic links.
 */
export async function readImageOf(root: string, file: string): Promise<Result<Buffer>> {
  const at = { file: path.join(root, file) };
  if (!isBelow(file)) return outside(at, 'its path leads out of it');
  try {
    const target = await realpath(at.file);
    return isInside(await realpath(root), target) ? await readImageFile(at.file) : outside(at, `it leads to ${target}`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    // Says what is wrong with it.
    return readImageFile(at.file);
  }
}

function outside(at: { readonly file: string }, reason: string): Result<never> {
  return problem(`the image is outside the data set: ${reason}`, {
    at,
    advice: 'Copy it into the data set, and give its path there; then rerun the stage that lists the images.',
  });
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
