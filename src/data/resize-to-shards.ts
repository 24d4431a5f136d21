import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { failure, type Problem, problem, type Result, success } from '../problem.ts';
import { decodeImage, type Fit } from './decode.ts';
import { type ShardEntry, writeShardIndex } from './shard-index.ts';
import { createShardWriter, type ShardImage } from './shard-writer.ts';
import { someProblems } from './some-problems.ts';
import { reasonOf } from './wording.ts';

export interface ResizeOptions {
  /** The data set's folder, from which the files' paths start. */
  readonly root: string;
  readonly files: readonly string[];
  /** Height and width, in pixels. */
  readonly size: number;
  readonly fit: Fit;
  readonly imagesPerShard: number;
  /** Images in a record batch. */
  readonly batch: number;
  readonly signal: AbortSignal;
  /** Told now and then how many images are done. */
  onProgress(done: number): void;
}

/**
 * Decodes and resizes images into a directory of shards, in the order given; the same images give the same bytes. All
 * images that cannot be decoded are reported together. Throws the signal's reason when it is aborted.
 */
export async function resizeToShards(directory: string, options: ResizeOptions): Promise<Result<void>> {
  const { root, files, size, fit, imagesPerShard, batch, signal, onProgress } = options;
  const writer = await createShardWriter(directory, { height: size, width: size, imagesPerShard, batch });
  const broken: Problem[] = [];
  // Two in flight a core: while one image is read or written, others are decoded.
  const concurrency = Math.max(4, 2 * availableParallelism());
  const images = Readable.from(files).map((file: string) => readImage(root, file, size, fit), { concurrency, signal });
  let done = 0;
  let shards: readonly ShardEntry[];
  try {
    for await (const image of images as AsyncIterable<Result<ShardImage>>) {
      if (!image.ok) broken.push(...image.failure);
      else if (broken.length === 0) await writer.add(image.value);
      done += 1;
      if (done % batch === 0 || done === files.length) onProgress(done);
    }
  } finally {
    shards = await writer.close();
  }
  if (broken.length > 0) return failure(someProblems(broken, 'images like these'));
  await writeShardIndex(directory, { version: 1, height: size, width: size, shards });
  return success(undefined);
}

async function readImage(root: string, file: string, size: number, fit: Fit): Promise<Result<ShardImage>> {
  const at = { file: path.join(root, file) };
  let source: Buffer;
  try {
    source = await readFile(at.file);
  } catch (error) {
    return problem(`cannot read the image: ${reasonOf(error)}`, {
      at,
      advice: 'Put it back, or run the stage that lists the images again.',
    });
  }
  const decoded = await decodeImage(source, { width: size, height: size, fit });
  if (!decoded.ok) return failure(decoded.failure.map((found) => ({ ...found, at })));
  const digest = createHash('sha256').update(source).digest('hex');
  return success({ ...decoded.value, file, digest });
}
