import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { createPredictor, type Predictor } from '../predictor.ts';

/** How many times as many images the next larger graph takes. */
const STEP = 4;

/** Predicts batches of any size up to a largest one. */
export interface BatchPredictor {
  /** The numbers of images for which there are graphs, in ascending order, beginning with 1. */
  readonly batchSizes: readonly number[];
  /**
   * Predicts what the heads put out.
   *
   * @param images each uint8 [height, width, 3]; at most the largest number of `batchSizes`.
   * @returns for each image float32 [all columns]: the outputs of all heads, concatenated in task order.
   */
  predict(images: readonly Uint8Array[]): Promise<readonly Float32Array[]>;
  /** Frees the graphs; the model stays usable. */
  dispose(): Promise<void>;
}

interface BatchShape {
  readonly height: number;
  readonly width: number;
  /** The largest number of images that are predicted at once. */
  readonly batchSize: number;
}

/**
 * Creates graphs for batches of several sizes, so that a single image need not wait for a whole batch to be computed, and
 * runs each once: only then TensorFlow has optimized it.
 */
export async function createBatchPredictor(
  tf: TensorFlow,
  model: LayersModel,
  { batchSize, height, width }: BatchShape,
): Promise<BatchPredictor> {
  const batchSizes = sizesUpTo(batchSize);
  const predictors = new Map<number, Predictor>();
  for (const size of batchSizes) {
    const predictor = await createPredictor(tf, 'graph', model, { height, width, batchSize: size });
    await predictor.predict(new Uint8Array(size * height * width * 3), size);
    predictors.set(size, predictor);
  }
  return {
    batchSizes,
    async predict(images) {
      const predictor = predictors.get(batchSizes.find((size) => size >= images.length) ?? 0);
      if (predictor === undefined) throw new Error(`At most ${batchSize} images are predicted at once.`);
      const all = await predictor.predict(Buffer.concat(images), images.length);
      const columns = all.length / images.length;
      return images.map((_, index) => all.subarray(index * columns, (index + 1) * columns));
    },
    async dispose() {
      for (const predictor of predictors.values()) await predictor.dispose();
    },
  };
}

/** Returns `[1, 4, 16]` for 16, and `[1, 4, 10]` for 10. */
function sizesUpTo(batchSize: number): readonly number[] {
  const sizes: number[] = [];
  for (let size = 1; size < batchSize; size *= STEP) sizes.push(size);
  return [...sizes, batchSize];
}
