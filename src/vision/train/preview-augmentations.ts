import type { Tensor4D } from '@tensorflow/tfjs-node-gpu';
import sharp from 'sharp';
import { badInput, failed, type Progress, type StageFailure } from '../../index.ts';
import { failure, problem, type Result, success } from '../../shared/problem.ts';
import { openShards, type ShardSet } from '../data/shards/shards.ts';
import { spread } from '../data/shards/spread.ts';
import { withCheckedCode } from '../invalid-module-code.ts';
import { imagesToDevice } from '../tensorflow/images-to-device.ts';
import { loadTensorFlow, type TensorFlow } from '../tensorflow/load.ts';
import { augmentNow } from './augmentations/augment.ts';
import type { Augmentation } from './augmentations/augmentation.ts';
import { augmentationProblems } from './augmentations/invalid-augmentation.ts';

export interface PreviewPaths {
  /** Input: the directory of the shards. */
  readonly shards: string;
  /** Output: a PNG file. */
  readonly sheet: string;
}

export interface PreviewOptions {
  readonly augmentations: readonly Augmentation[];
  /** The number of images at most. */
  readonly images: number;
  /** How often each of them is augmented. */
  readonly variants: number;
  readonly seed: number;
  readonly threads: number;
  onProgress(progress: Progress): void;
}

/** The distance between two images on the sheet, in pixels. */
const GAP = 4;

/**
 * Draws a sheet with a row for each of some images of the shards: the image itself, and what the augmentations make of it in
 * several steps of a training.
 *
 * @returns the number of images; a `bad-input` failure if the shards have none or cannot be read; a `failed` one if
 *   TensorFlow cannot be loaded or an augmentation is invalid.
 */
export async function previewAugmentations(
  paths: PreviewPaths,
  options: PreviewOptions,
): Promise<Result<number, StageFailure>> {
  return withCheckedCode(augmentationProblems(options.augmentations), () => preview(paths, options));
}

async function preview(
  paths: PreviewPaths,
  { threads, onProgress, ...options }: PreviewOptions,
): Promise<Result<number, StageFailure>> {
  const shards = await openShards(paths.shards);
  if (!shards.ok) return failure(badInput(shards.failure));
  try {
    const rows = spread(shards.value.count, options.images);
    const images = Buffer.alloc(rows.length * imageBytes(shards.value));
    const read =
      rows.length === 0
        ? problem('the shards have no images', { at: { file: paths.shards } })
        : await shards.value.readRows(rows, images);
    if (!read.ok) return failure(badInput(read.failure));
    const tensorFlow = await loadTensorFlow({ intraOpThreads: threads });
    if (!tensorFlow.ok) return failure(failed(tensorFlow.failure));
    const columns: Buffer[] = [images];
    for (let step = 0; step < options.variants; step += 1) {
      columns.push(augmented(tensorFlow.value, images, shards.value, { ...options, step }));
      onProgress({ done: step + 1, total: options.variants, unit: 'variants' });
    }
    await drawSheet(paths.sheet, columns, rows.length, shards.value);
    return success(rows.length);
  } finally {
    await shards.value.close();
  }
}

function imageBytes({ height, width }: ShardSet): number {
  return height * width * 3;
}

function augmented(
  tf: TensorFlow,
  images: Buffer,
  { height, width }: ShardSet,
  { augmentations, seed, step }: Pick<PreviewOptions, 'augmentations' | 'seed'> & { readonly step: number },
): Buffer {
  const count = images.length / (height * width * 3);
  return tf.tidy(() => {
    const pixels: Tensor4D = imagesToDevice(tf, images, [count, height, width, 3]);
    const batch = augmentNow(tf, augmentations, { pixels, targets: [] }, { seed, step });
    return Buffer.from(tf.round(batch.pixels).dataSync<'float32'>());
  });
}

/** Draws the columns side by side. @param columns each uint8 [rows, height, width, 3]. */
async function drawSheet(file: string, columns: readonly Buffer[], rows: number, size: ShardSet): Promise<void> {
  const { height, width } = size;
  const input = columns.flatMap((images, column) =>
    Array.from({ length: rows }, (_, row) => ({
      input: images.subarray(row * imageBytes(size), (row + 1) * imageBytes(size)),
      raw: { width, height, channels: 3 as const },
      left: column * (width + GAP),
      top: row * (height + GAP),
    })),
  );
  const whole = { width: columns.length * (width + GAP) - GAP, height: rows * (height + GAP) - GAP };
  await sharp({ create: { ...whole, channels: 3, background: 'white' } })
    .composite(input)
    .png()
    .toFile(file);
}
