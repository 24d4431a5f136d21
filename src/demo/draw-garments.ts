import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { problem, type Result, success } from '../shared/problem.ts';
import { writeTables } from './data-set.ts';
import { photograph } from './photograph.ts';
import { type Sample, samples } from './samples.ts';
import { compareStamp, type Stamp, writeStamp } from './stamp.ts';

export interface DrawOptions {
  /** The root of the data set. Created, or replaced if it was drawn with other options. */
  readonly directory: string;
  /** The number of labelled images, of all tasks together. */
  readonly images: number;
  /** The number of images to predict; a seventh of `images` by default. */
  readonly questions?: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly progress?: (done: number, total: number) => void;
}

/** The smallest number that gives each task samples of several classes. */
export const MIN_IMAGES = 54;

/** The number of images drawn concurrently: two keep two cores busy while others wait for the disk. */
const IN_FLIGHT = 4;

/**
 * Draws a data set in FashionAI's layout: JPEGs of 256 to 320 px, label and question files. The same options give
 * byte-identical files with the same version of libvips. The directory is replaced atomically.
 *
 * @returns the number of images drawn: 0 if the directory already contains this data set.
 * @throws errors of the file system, with their `code`.
 */
export async function drawGarments(options: DrawOptions): Promise<Result<{ readonly drawn: number }>> {
  const { images, seed, questions = Math.ceil(images / 7), signal, progress } = options;
  if (images < MIN_IMAGES) {
    return problem(`${images} images are too few.`, { advice: `Eight tasks need at least ${MIN_IMAGES}.` });
  }
  const directory = resolve(options.directory);
  const stamp: Stamp = { images, questions, seed };
  const found = await compareStamp(directory, stamp);
  if (found === 'same') return success({ drawn: 0 });
  if (found === 'none' && !(await isFree(directory))) {
    return problem(`${options.directory} contains files other than drawn garments.`, {
      at: { file: options.directory },
      advice: 'Choose a directory that does not exist, or delete this one.',
    });
  }
  const incomplete = `${directory}.incomplete`;
  await rm(incomplete, { recursive: true, force: true });
  await mkdir(dirname(directory), { recursive: true });
  const labelled = samples('labelled', images, seed);
  const asked = samples('questions', questions, seed);
  await writeTables(incomplete, labelled, asked);
  const all = [...labelled, ...asked];
  const drawn = await drawAll(all, incomplete, signal, progress);
  if (drawn < all.length) {
    await rm(incomplete, { recursive: true, force: true });
    return problem(`Interrupted after ${drawn} of ${all.length} images.`, {
      advice: 'Start again: nothing was kept.',
    });
  }
  await writeStamp(incomplete, stamp);
  await rm(directory, { recursive: true, force: true });
  await rename(incomplete, directory);
  return success({ drawn });
}

async function isFree(directory: string): Promise<boolean> {
  try {
    return (await readdir(directory)).length === 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return true;
    throw error;
  }
}

/** Draws the images, a few concurrently, and returns the number that were finished before the signal. */
async function drawAll(
  all: readonly Sample[],
  directory: string,
  signal: AbortSignal | undefined,
  progress: DrawOptions['progress'],
): Promise<number> {
  // One image is too small for several threads, so several images are drawn concurrently.
  sharp.concurrency(1);
  const waiting = oneByOne(all);
  let done = 0;
  const work = async () => {
    for (const { task, position, file, random } of waiting) {
      if (signal?.aborted === true) return;
      await writeFile(join(directory, file), await photograph(random, task.draw(random, position)));
      done += 1;
      progress?.(done, all.length);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  return done;
}

/** Several loops share one generator: if one of them throws, the generator closes and the others end. */
function* oneByOne<Item>(items: readonly Item[]): Generator<Item> {
  yield* items;
}
