import { type Result, success } from '../../../shared/problem.ts';
import { batches } from '../../data/shards/batches.ts';
import type { Predictor } from '../../predict/predictor.ts';
import { type ConfusionMatrix, confusionCounter } from '../metrics/confusion.ts';
import type { LabelledImages } from '../samples/labelled-images.ts';
import { predictedColumns } from '../step/forward.ts';
import { crossEntropyOf } from '../step/loss.ts';
import { batchTargets, headLayout } from '../step/target-masks.ts';

export interface Validation {
  /** The number of samples. */
  readonly count: number;
  /** Mean loss over the samples. */
  readonly loss: number;
  /** The confusion matrix of each task, in task order. */
  readonly matrices: readonly ConfusionMatrix[];
}

export interface ValidationOptions {
  readonly predictor: Predictor;
  readonly data: LabelledImages;
  /** The row numbers of the samples to predict. */
  readonly samples: Int32Array;
  readonly batchSize: number;
  /** The label smoothing of the training loss, in [0, 1). */
  readonly labelSmoothing?: number | undefined;
  /** Called after each batch with the number of samples processed. */
  readonly onProgress?: (done: number) => void;
}

/** Predicts samples without dropout or augmentation and compares the predictions with their true classes. */
export async function validate(options: ValidationOptions): Promise<Result<Validation>> {
  const { predictor, data, samples, batchSize, labelSmoothing, onProgress } = options;
  const { shards, targets } = data;
  const layout = headLayout(targets.tasks);
  const counter = confusionCounter(layout);
  let [lossSum, done] = [0, 0];
  for await (const batch of batches({ shards, targets, samples, batchSize })) {
    if (!batch.ok) return batch;
    const { images, count } = batch.value;
    const labels = batchTargets(targets, batch.value.samples);
    const probabilities = await predictor.probabilities(images, count);
    counter.add(labels, predictedColumns(probabilities, layout, labels.taskOf));
    lossSum += crossEntropyOf(probabilities, layout, labels, labelSmoothing) * count;
    done += count;
    onProgress?.(done);
  }
  return success({ count: done, loss: lossSum / Math.max(done, 1), matrices: counter.matrices() });
}
