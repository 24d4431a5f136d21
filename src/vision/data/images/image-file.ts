import { closeSync, constants, fstatSync, open as openWithCallback, read as readWithCallback } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { isBelow, isInside } from '../../../shared/paths-below.ts';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { faultOf, flagsFor, type Links } from '../../../shared/read-file.ts';
import { reasonOf } from '../../../shared/wording.ts';

// Only calls that may wait for the disk are asynchronous, because each of them costs a switch to another thread.
const open = promisify(openWithCallback);
const read = promisify(readWithCallback);

/**
 * Reads the file of an image, up to 256 MiB. Symbolic links are followed. A path that is not a regular file (a folder, a
 * pipe, a device) is a failure and never blocks.
 */
export async function readImageFile(file: string): Promise<Result<Buffer>> {
  try {
    return await readRegular(file, 'follow');
  } catch (error) {
    return unreadable(file, error);
  }
}

/** Reads an image of a data set by its path in it. */
export type ImageReader = (file: string) => Promise<Result<Buffer>>;

/**
 * Returns what reads the images of a data set. Their paths come from a table, which may be anybody's: they have to stay
 * below `root`, also through symbolic links. Each folder is resolved once, because that takes as long as reading an image.
 */
export function imageReader(root: string): ImageReader {
  const resolved = new Map<string, Promise<string>>();
  const resolve = (folder: string) => {
    const path = resolved.get(folder) ?? realpath(folder);
    resolved.set(folder, path);
    return path;
  };
  return async (file) => {
    const at = { file: path.join(root, file) };
    if (!isBelow(file)) return outside(at, 'its path leads out of it');
    try {
      const top = await resolve(root);
      if (CAN_REFUSE_LINKS && isInside(top, await resolve(path.dirname(at.file)))) {
        const read = await readUnlessLink(at.file);
        if (read !== undefined) return read;
      }
      const target = await realpath(at.file);
      return isInside(top, target) ? await readRegular(at.file, 'follow') : outside(at, `it leads to ${target}`);
    } catch (error) {
      return unreadable(at.file, error);
    }
  };
}

/** Windows cannot. */
const CAN_REFUSE_LINKS = constants.O_NOFOLLOW !== undefined;

/** Reads a file; nothing if it is a symbolic link. Throws other errors of the file system. */
async function readUnlessLink(file: string): Promise<Result<Buffer> | undefined> {
  try {
    return await readRegular(file, 'refuse');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') return undefined;
    throw error;
  }
}

/** Throws the error of the file system. */
async function readRegular(file: string, links: Links): Promise<Result<Buffer>> {
  const descriptor = await open(file, flagsFor(links));
  try {
    const stats = fstatSync(descriptor);
    const fault = faultOf(stats, 'image');
    if (fault !== undefined) return unread(file, fault.reason);
    if (stats.size === 0) return unread(file, 'it is empty');
    return success(await readBytes(descriptor, stats.size));
  } finally {
    closeSync(descriptor);
  }
}

/** Describes an error of the file system. Throws any other error. */
function unreadable(file: string, error: unknown): Result<never> {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  if (code === 'ENXIO') return unread(file, 'it is not a regular file');
  if (code === 'EACCES') return unread(file, 'permission denied', 'Make it readable (chmod +r).');
  if (code === 'ELOOP') return unread(file, 'its symbolic links form a cycle');
  return unread(file, reasonOf(error), 'Restore it, or rerun the stage that lists the images.');
}

function unread(file: string, reason: string, advice = 'Replace it with an image.'): Result<never> {
  return problem(`cannot read the image: ${reason}`, { at: { file }, advice });
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
