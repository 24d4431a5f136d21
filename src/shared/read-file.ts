import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { failure, type Result, success } from './problem.ts';
import { bytes } from './text/format.ts';
import { isMissing, reasonOf } from './wording.ts';

const [KB, MB, GB] = [1e3, 1e6, 1e9];

/** The size up to which each kind of file is read into memory, in bytes. docs/security.md lists them. */
export const SIZE_LIMITS = {
  lock: 4 * KB,
  lastKey: 4 * KB,
  /** What is known about a partial download. */
  downloadNote: 64 * KB,
  marker: 64 * MB,
  /** What a project needs in a cache. */
  root: 64 * MB,
  /** The names and digests of the files in a directory. A string cannot be much longer. */
  listing: 500 * MB,
  /** The file that marks a cache. */
  cacheMark: 64 * KB,
  /** What this user remembers of a project. */
  memory: 2 * GB,
  actionRecord: 64 * MB,
  runRecord: 64 * MB,
  /** A part of what a stage has printed; also its size after decompression. */
  log: 64 * MB,
  pipelineFile: 16 * MB,
  /** The values of a matrix that a stage puts out. */
  list: 16 * MB,
  lockfile: 64 * MB,
  /** A plan for jobs, with the code of its stages. */
  frozenPlan: 256 * MB,
  /** A `package.json` or `tsconfig.json`. */
  manifest: 16 * MB,
  /** The lockfile that npm keeps in `node_modules`. */
  installedPackages: 256 * MB,
  module: 64 * MB,
  /** What a command with `--json` has printed. */
  printedJson: 256 * MB,
  /** A JSON file that `inspect` shows; parsing takes a multiple of its size. */
  shownJson: 64 * MB,
  /** A file whose values are compared with those of a locked result; reading them takes a multiple of its size. */
  comparedValues: 64 * MB,
  /** The `report.json` of a stage; also those of all stages of a run together. */
  reportElement: 1 * MB,
  /** A JSON file that a stage has written for another one. */
  stageJson: 500 * MB,
  labelFile: 500 * MB,
  arrowTable: 2 * GB,
  /** Larger than any photograph. Several images are in memory at the same time. */
  image: 256 << 20,
  modelTopology: 256 * MB,
  weights: 4 * GB,
  /** A longer one could not be hashed at once. */
  checkpoint: 2 ** 31 - 1,
} as const;

/** A kind of file with a size limit. */
export type FileKind = keyof typeof SIZE_LIMITS;

/** Why a file was not read. `reason` is the end of a sentence: `it is a folder`. */
export interface Unread {
  readonly kind: 'missing' | 'not-a-file' | 'too-large' | 'failed';
  readonly reason: string;
}

/** Whether a symbolic link in place of a file is followed. Nothing that this program writes is one. */
export type Links = 'follow' | 'refuse';

/**
 * Opens a regular file of at most the size that its kind allows, and passes its descriptor to `use`. Never blocks on a
 * pipe or a device. Errors of the file system that `use` throws become a failure, too.
 */
export function withFile<Value>(
  path: string,
  kind: FileKind,
  use: (descriptor: number, stats: Stats) => Value,
  links: Links = 'refuse',
): Result<Value, Unread> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, flagsFor(links));
    const stats = fstatSync(descriptor);
    const fault = faultOf(stats, kind);
    return fault === undefined ? success(use(descriptor, stats)) : failure(fault);
  } catch (error) {
    return failure(unread(error, links));
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Reads a file of a kind into memory; see `withFile`. */
export function readBytes(path: string, kind: FileKind, links: Links = 'refuse'): Result<Buffer, Unread> {
  const read = withFile(path, kind, (descriptor, { size }) => readUpTo(descriptor, size, SIZE_LIMITS[kind]), links);
  if (!read.ok || read.value !== undefined) return read as Result<Buffer, Unread>;
  return failure(tooLarge(undefined, kind));
}

/** Reads a text file in UTF-8; see `withFile`. */
export function readText(path: string, kind: FileKind, links: Links = 'refuse'): Result<string, Unread> {
  const read = readBytes(path, kind, links);
  return read.ok ? success(read.value.toString('utf8')) : read;
}

/** The flags for opening a file that may have been replaced by a pipe, a device or a link. */
export function flagsFor(links: Links): number {
  // Windows has neither of the flags.
  const noFollow = links === 'refuse' ? (constants.O_NOFOLLOW ?? 0) : 0;
  return constants.O_RDONLY | noFollow | (constants.O_NONBLOCK ?? 0);
}

/** Returns why an open file is not to be read; nothing if it is a regular file within the limit of its kind. */
export function faultOf(stats: Stats, kind: FileKind): Unread | undefined {
  if (!stats.isFile()) return { kind: 'not-a-file', reason: `it is ${nameOf(stats)}` };
  return stats.size > SIZE_LIMITS[kind] ? tooLarge(stats.size, kind) : undefined;
}

/** Describes the error of opening or reading a file. Throws an error that is none of the file system's. */
function unread(error: unknown, links: Links): Unread {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  // Sockets, and devices without a driver.
  if (code === 'ENXIO') return { kind: 'not-a-file', reason: 'it is not a regular file' };
  if (code === 'ELOOP' && links === 'refuse') return { kind: 'not-a-file', reason: 'it is a symbolic link' };
  return { kind: isMissing(error) ? 'missing' : 'failed', reason: reasonOf(error) };
}

function nameOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe, not a regular file';
  return stats.isSocket() ? 'a socket, not a regular file' : 'a device, not a regular file';
}

function tooLarge(size: number | undefined, kind: FileKind): Unread {
  const found = size === undefined ? 'it is growing' : `it has ${bytes(size)}`;
  return { kind: 'too-large', reason: `${found}; at most ${bytes(SIZE_LIMITS[kind])} are read` };
}

/** The longest single read that Node accepts is 2 GiB. */
const CHUNK = 1 << 30;

/** Reads a file to its end; returns nothing if it has grown beyond `limit` in the meantime. */
function readUpTo(descriptor: number, size: number, limit: number): Buffer | undefined {
  // Files in /proc have the size 0, and a file may grow: the last read has to find the end.
  let buffer = Buffer.allocUnsafe(size === 0 ? 4096 : size + 1);
  let filled = 0;
  for (;;) {
    const count = readSync(descriptor, buffer, filled, Math.min(CHUNK, buffer.length - filled), null);
    filled += count;
    if (count === 0) return buffer.subarray(0, filled);
    if (filled > limit) return undefined;
    if (filled < buffer.length) continue;
    const larger = Buffer.allocUnsafe(Math.min(limit + 1, buffer.length * 2));
    buffer.copy(larger, 0, 0, filled);
    buffer = larger;
  }
}
