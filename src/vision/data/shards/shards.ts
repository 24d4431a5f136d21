import { read } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { failure, type Problem, type Result, success } from '../../../shared/problem.ts';
import { flagsFor } from '../../../shared/read-file.ts';
import { reasonOf } from '../../../shared/wording.ts';
import type { Resizing } from '../images/resizing.ts';
import { limitProblems } from '../labels/limit-problems.ts';
import { readQuarantine } from './quarantine.ts';
import { type Encoding, type ImageEntry, readShardIndex, type ShardEntry } from './shard-index.ts';

/** The images of a directory of shards, open for random access. */
export interface ShardSet {
  readonly count: number;
  /** Size of each image, in pixels. */
  readonly height: number;
  readonly width: number;
  /** How the images got this size. */
  readonly resizing: Resizing;
  readonly encoding: Encoding;
  /** Returns the row of the image that was made from this source file. */
  rowOf(file: string): number | undefined;
  /** Returns the index entry of the image in a row. Throws a RangeError if there is no such row. */
  entry(row: number): ImageEntry;
  /** The files that are in none of the shards because they could not be decoded, with the reasons. */
  readonly quarantined: ReadonlyMap<string, string>;
  /**
   * Reads images, as uint8 `[rows.length, height, width, 3]`, into the start of `into`, which must not be used until the
   * promise is settled. The CRC-32 of an image is checked only when it is read for the first time, because the check takes
   * as long as reading. Throws a RangeError if `into` is too small or there is no such row.
   */
  readRows(rows: ArrayLike<number>, into: Uint8Array): Promise<Result<void>>;
  close(): Promise<void>;
}

interface OpenShard {
  readonly file: string;
  readonly handle: FileHandle;
}

/** Reading one image with the `read` of a FileHandle takes 1.5 times as long. */
const readAt = promisify(read);

const ADVICE =
  'The disk or a program has corrupted the shards: `pipeline cache verify` removes corrupted artifacts from the cache, and ' +
  'the next run recomputes them.';

/** Reads the index of a directory of shards and opens them. A missing shard or one of another length is a failure. */
export async function openShards(directory: string): Promise<Result<ShardSet>> {
  const [index, quarantine] = await Promise.all([readShardIndex(directory), readQuarantine(directory)]);
  if (!index.ok) return index;
  if (!quarantine.ok) return quarantine;
  const { height, width, fit, interpolation, encoding, shards } = index.value;
  const opened = await Promise.all(shards.map((shard) => openShard(directory, shard)));
  const problems = opened.flatMap((result) => (result.ok ? [] : result.failure));
  const open = opened.flatMap((result) => (result.ok ? [result.value] : []));
  const close = async () => {
    await Promise.all(open.map(({ handle }) => handle.close()));
  };
  if (problems.length > 0) {
    await close();
    return failure(limitProblems(problems, 'shards like these'));
  }
  const rows = open.flatMap((shard, number) => (shards[number]?.images ?? []).map((image) => ({ shard, image })));
  const rowByFile = new Map(rows.map(({ image }, row) => [image.file, row]));
  const imageBytes = height * width * 3;
  const verified = new Uint8Array(rows.length);

  function rowAt(row: number) {
    const found = rows[row];
    if (found === undefined) throw new RangeError(`there is no row ${row} among ${rows.length} rows`);
    return found;
  }

  async function readRow(row: number, into: Uint8Array): Promise<Problem | undefined> {
    const { shard, image } = rowAt(row);
    const verify = verified[row] === 0;
    const problem = await (encoding === 'raw' ? readPixels : readJpeg)(shard, image, into, verify);
    if (problem === undefined) verified[row] = 1;
    return problem;
  }

  return success({
    count: rows.length,
    height,
    width,
    resizing: { fit, interpolation },
    encoding,
    rowOf: (file) => rowByFile.get(file),
    entry: (row) => rowAt(row).image,
    quarantined: new Map(quarantine.value.map(({ file, reason }) => [file, reason])),
    async readRows(wanted, into) {
      if (into.length < wanted.length * imageBytes)
        throw new RangeError(`${wanted.length} images do not fit into the buffer`);
      const reads = Array.from(wanted, (row, place) =>
        readRow(row, into.subarray(place * imageBytes, (place + 1) * imageBytes)),
      );
      const problems = (await Promise.all(reads)).filter((problem) => problem !== undefined);
      return problems.length === 0 ? success(undefined) : failure(limitProblems(problems, 'images like these'));
    },
    close,
  });
}

async function openShard(directory: string, { file: name, bytes, images }: ShardEntry): Promise<Result<OpenShard>> {
  const file = path.join(directory, name);
  let handle: FileHandle;
  try {
    handle = await open(file, flagsFor('follow'));
  } catch (error) {
    return failure([{ message: `cannot open the shard: ${reasonOf(error)}`, at: { file }, advice: ADVICE }]);
  }
  const stats = await handle.stat();
  const outside = images.find((image) => image.offset + image.bytes > bytes);
  if (stats.isFile() && stats.size === bytes && outside === undefined) return success({ file, handle });
  await handle.close();
  const message =
    outside === undefined
      ? `the shard has ${stats.size} bytes, expected ${bytes}`
      : `the index places the image "${outside.file}" outside the shard`;
  return failure([{ message, at: { file }, advice: ADVICE }]);
}

/** Decodes a JPEG in a shard. Its bytes are verified, and the decoder is deterministic, so the pixels need no check. */
async function readJpeg(
  shard: OpenShard,
  image: ImageEntry,
  into: Uint8Array,
  verify: boolean,
): Promise<Problem | undefined> {
  const jpeg = new Uint8Array(image.bytes);
  const problem = await readPixels(shard, image, jpeg, verify);
  if (problem !== undefined) return problem;
  const { file } = shard;
  try {
    // Imported only when needed: most shards have raw pixels.
    const { default: sharp } = await import('sharp');
    const pixels = await sharp(jpeg).toColourspace('srgb').raw().toBuffer();
    if (pixels.length !== into.length) throw new Error(`it has ${pixels.length} bytes, expected ${into.length}`);
    into.set(pixels);
    return undefined;
  } catch (error) {
    return { message: `cannot decode the pixels of "${image.file}": ${reasonOf(error)}`, at: { file }, advice: ADVICE };
  }
}

async function readPixels(
  { file, handle }: OpenShard,
  image: ImageEntry,
  into: Uint8Array,
  verify: boolean,
): Promise<Problem | undefined> {
  try {
    const { bytesRead } = await readAt(handle.fd, into, 0, into.length, image.offset);
    if (bytesRead === into.length && (!verify || crc32(into) === image.crc32)) return undefined;
  } catch (error) {
    return { message: `cannot read the pixels of "${image.file}": ${reasonOf(error)}`, at: { file }, advice: ADVICE };
  }
  return { message: `the pixels of "${image.file}" are corrupted`, at: { file }, advice: ADVICE };
}
