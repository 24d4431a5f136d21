import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { problem, type Result, success } from '../shared/problem.ts';
import { writeTables } from './data-set.ts';
import { photograph } from './photograph.ts';
import { type Sample, samples } from './samples.ts';
import { compareStamp, type Stamp, writeStamp } from './stamp.ts';

export interface GarmentOrder {
  /** The data set's root. It is made, or replaced if it was drawn from other arguments. */
  readonly directory: string;
  /** How many labelled pictures, over all tasks. */
  readonly images: number;
  /** How many pictures to be predicted; a seventh of `images` if not given. */
  readonly questions?: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly progress?: (done: number, total: number) => void;
}

/** Enough that each task gets samples of several classes. */
export const FEWEST_IMAGES = 54;

/** Two keep two cores busy; the others wait for the disk. */
const IN_FLIGHT = 4;

/**
 * Draws a data set in FashionAI's layout. The same numbers give the same files bit for bit, on the same libvips.
 *
 * @returns how many pictures were drawn: 0 if the directory holds exactly these already.
 * @throws what the disk refuses, with its `code`.
 */
export async function drawGarments(order: GarmentOrder): Promise<Result<{ readonly drawn: number }>> {
  const { images, seed, questions = Math.ceil(images / 7), signal, progress } = order;
  if (images < FEWEST_IMAGES) {
    return problem(`${images} images are too few.`, { advice: `Eight tasks need at least ${FEWEST_IMAGES}.` });
  }
  const directory = resolve(order.directory);
  const stamp: Stamp = { images, questions, seed };
  const found = await compareStamp(directory, stamp);
  if (found === 'same') return success({ drawn: 0 });
  if (found === 'none' && !(await isFree(directory))) {
    return problem(`${order.directory} holds something else than drawn garments.`, {
      at: { file: order.directory },
      advice: 'Name a directory that does not exist yet, or remove this one.',
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
    return problem(`Interrupted after ${drawn} of ${all.length} pictures.`, {
      advice: 'Start again: nothing is kept.',
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

/** Draws the pictures, a few at a time, and tells how many were finished before the signal. */
async function drawAll(
  all: readonly Sample[],
  directory: string,
  signal: AbortSignal | undefined,
  progress: GarmentOrder['progress'],
): Promise<number> {
  // One picture is too small to be worth several threads; several pictures at a time are.
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

/** A loop that throws closes a generator, and so ends the other loops over it too. */
function* oneByOne<Item>(items: readonly Item[]): Generator<Item> {
  yield* items;
}
