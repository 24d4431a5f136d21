import { read } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { failure, type Problem, type Result, success } from '../../../shared/problem.ts';
import { reasonOf } from '../../../shared/wording.ts';
import { limitProblems } from '../labels/limit-problems.ts';
import { readQuarantine } from './quarantine.ts';
import { type Encoding, type ImageEntry, readShardIndex, type ShardEntry } from './shard-index.ts';

/** The images of a directory of shards, open for reading single images in any order. */
export interface ShardSet {
  readonly count: number;
  /** Pixels. */
  readonly height: number;
  readonly width: number;
  readonly encoding: Encoding;
  /** The row of the image that was made from this source file. */
  rowOf(file: string): number | undefined;
  /** What the index says of the image in a row. */
  entry(row: number): ImageEntry;
  /** The files that are in no shard since they could not be decoded, with their reasons. */
  readonly quarantined: ReadonlyMap<string, string>;
  /**
   * Reads images, as uint8 `[rows.length, height, width, 3]`, to the start of `into`. The first time that an image is
   * read its CRC is checked; every time would cost twice the reading. Reads go on in the background while the caller
   * computes; `into` must be left alone until the promise is settled.
   */
  readRows(rows: ArrayLike<number>, into: Uint8Array): Promise<Result<void>>;
  close(): Promise<void>;
}

interface OpenShard {
  readonly file: string;
  readonly handle: FileHandle;
}

/** Of one image this takes half as long again with a FileHandle's own `read`. */
const readAt = promisify(read);

const ADVICE =
  'The disk or a program has changed the shards: «pipeline cache verify» takes what is damaged out of the cache, and the ' +
  'next run makes it again.';

/** Reads the index of the shards and opens each of them. A missing shard or one of another length is a failure. */
export async function openShards(directory: string): Promise<Result<ShardSet>> {
  const [index, aside] = await Promise.all([readShardIndex(directory), readQuarantine(directory)]);
  if (!index.ok) return index;
  if (!aside.ok) return aside;
  const { height, width, encoding, shards } = index.value;
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
    if (found === undefined) throw new RangeError(`row ${row} of ${rows.length}`);
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
    encoding,
    rowOf: (file) => rowByFile.get(file),
    entry: (row) => rowAt(row).image,
    quarantined: new Map(aside.value.map(({ file, reason }) => [file, reason])),
    async readRows(wanted, into) {
      if (into.length < wanted.length * imageBytes) throw new RangeError(`${wanted.length} images do not fit`);
      const reads = Array.from(wanted, (row, place) =>
        readRow(row, into.subarray(place * imageBytes, (place + 1) * imageBytes)),
      );
      const problems = (await Promise.all(reads)).filter((problem) => problem !== undefined);
      return problems.length === 0 ? success(undefined) : failure(limitProblems(problems, 'images like these'));
    },
    close,
  });
}

async function openShard(directory: string, { file: name, bytes }: ShardEntry): Promise<Result<OpenShard>> {
  const file = path.join(directory, name);
  let handle: FileHandle;
  try {
    handle = await open(file);
  } catch (error) {
    return failure([{ message: `cannot open the shard: ${reasonOf(error)}`, at: { file }, advice: ADVICE }]);
  }
  const { size } = await handle.stat();
  if (size === bytes) return success({ file, handle });
  await handle.close();
  return failure([{ message: `the shard has ${size} bytes instead of ${bytes}`, at: { file }, advice: ADVICE }]);
}

/** Decodes the JPEG that a shard keeps of an image. Its bytes are checked, and a decoder gives the same pixels each time. */
async function readJpeg(
  shard: OpenShard,
  image: ImageEntry,
  into: Uint8Array,
  verify: boolean,
): Promise<Problem | undefined> {
  const jpeg = new Uint8Array(image.bytes);
  const trouble = await readPixels(shard, image, jpeg, verify);
  if (trouble !== undefined) return trouble;
  const { file } = shard;
  try {
    // Loaded where it is needed: raw pixels are the rule.
    const { default: sharp } = await import('sharp');
    const pixels = await sharp(jpeg).toColourspace('srgb').raw().toBuffer();
    if (pixels.length !== into.length) throw new Error(`it has ${pixels.length} bytes instead of ${into.length}`);
    into.set(pixels);
    return undefined;
  } catch (error) {
    return { message: `cannot decode the pixels of ${image.file}: ${reasonOf(error)}`, at: { file }, advice: ADVICE };
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
    return { message: `cannot read the pixels of ${image.file}: ${reasonOf(error)}`, at: { file }, advice: ADVICE };
  }
  return { message: `the pixels of ${image.file} differ from what was written`, at: { file }, advice: ADVICE };
}
