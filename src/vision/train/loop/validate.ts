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
  /** Mean cross-entropy over the samples. */
  readonly crossEntropy: number;
  /** The loss as in training: mean cross-entropy with label smoothing, and the L2 penalty. */
  readonly loss: number;
  /** The confusion matrix of each task, in task order. */
  readonly matrices: readonly ConfusionMatrix[];
}

/**
 * What the loss has besides the cross-entropy. As in Keras, it is part of the loss in training, in validation and in
 * evaluation; class weights are part of it in training only.
 */
export interface LossTerms {
  /** In [0, 1). */
  readonly labelSmoothing: number;
  /** The L2 penalty of the weights. */
  readonly l2Penalty: number;
}

export interface ValidationOptions {
  readonly predictor: Pick<Predictor, 'probabilities'>;
  readonly data: LabelledImages;
  /** The row numbers of the samples to predict. */
  readonly samples: Int32Array;
  readonly batchSize: number;
  readonly terms: LossTerms;
  /** Called after each batch with the number of samples processed. */
  readonly onProgress?: (done: number) => void;
  /** Called with each batch: the rows of its samples, and float32 `[count, all classes]`. */
  readonly onPredicted?: (samples: Int32Array, probabilities: Float32Array) => void;
}

/** Predicts samples without dropout or augmentation and compares the predictions with their true classes. */
export async function validate(options: ValidationOptions): Promise<Result<Validation>> {
  const { predictor, data, samples, batchSize, terms, onProgress, onPredicted } = options;
  const { shards, targets } = data;
  const layout = headLayout(targets.tasks);
  const counter = confusionCounter(layout);
  const { labelSmoothing, l2Penalty } = terms;
  let [plainSum, smoothedSum, done] = [0, 0, 0];
  for await (const batch of batches({ shards, targets, samples, batchSize })) {
    if (!batch.ok) return batch;
    const { images, count } = batch.value;
    const labels = batchTargets(targets, batch.value.samples);
    const probabilities = await predictor.probabilities(images, count);
    onPredicted?.(batch.value.samples, probabilities);
    counter.add(labels, predictedColumns(probabilities, layout, labels.taskOf));
    const plain = crossEntropyOf(probabilities, layout, labels);
    plainSum += plain * count;
    smoothedSum +=
      (labelSmoothing === 0 ? plain : crossEntropyOf(probabilities, layout, labels, labelSmoothing)) * count;
    done += count;
    onProgress?.(done);
  }
  const samplesOrOne = Math.max(done, 1);
  return success({
    count: done,
    crossEntropy: plainSum / samplesOrOne,
    loss: smoothedSum / samplesOrOne + l2Penalty,
    matrices: counter.matrices(),
  });
}
