import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { batches } from '../data/batches.ts';
import { type Result, success } from '../problem.ts';
import { imagesToDevice } from '../tensorflow/images-to-device.ts';
import type { TensorFlow } from '../tensorflow/load.ts';
import { type ConfusionMatrix, confusionCounter } from './confusion.ts';
import { predictedColumns, probabilitiesOf } from './forward.ts';
import type { LabelledImages } from './labelled-images.ts';
import { maskedCrossEntropy } from './loss.ts';
import { batchTargets, headLayout, targetMasks } from './target-masks.ts';

export interface Validation {
  /** Of the samples. */
  readonly count: number;
  /** The mean over the samples. */
  readonly loss: number;
  /** For each task, in order. */
  readonly matrices: readonly ConfusionMatrix[];
}

export interface ValidationOptions {
  readonly model: LayersModel;
  readonly data: LabelledImages;
  /** The rows of the samples to predict. */
  readonly samples: Int32Array;
  readonly batchSize: number;
  /** Called after each batch with the number of samples done. */
  readonly onProgress?: (done: number) => void;
}

/** Predicts samples, without dropout or augmentation, and compares with what they are. */
export async function validate(tf: TensorFlow, options: ValidationOptions): Promise<Result<Validation>> {
  const { model, data, samples, batchSize, onProgress } = options;
  const { shards, targets } = data;
  const layout = headLayout(targets.tasks);
  const counter = confusionCounter(layout);
  let [lossSum, done] = [0, 0];
  for await (const batch of batches({ shards, targets, samples, batchSize })) {
    if (!batch.ok) return batch;
    const { images, count } = batch.value;
    const wanted = batchTargets(targets, batch.value.samples);
    const { loss, predicted } = tf.tidy(() => {
      const pixels = imagesToDevice(tf, images, [count, shards.height, shards.width, 3]);
      const masks = targetMasks(tf, layout, wanted);
      const probabilities = probabilitiesOf(tf, model, pixels);
      return {
        loss: maskedCrossEntropy(tf, probabilities, masks).dataSync()[0] ?? Number.NaN,
        predicted: predictedColumns(tf, probabilities, masks).dataSync() as Int32Array,
      };
    });
    counter.add(wanted, predicted);
    lossSum += loss * count;
    done += count;
    onProgress?.(done);
  }
  return success({ count: done, loss: lossSum / Math.max(done, 1), matrices: counter.matrices() });
}
