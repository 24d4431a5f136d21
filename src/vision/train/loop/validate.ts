import { type Result, success } from '../../../shared/problem.ts';
import { batches } from '../../data/shards/batches.ts';
import type { HeadLayout } from '../../heads/head-layout.ts';
import type { Predictor } from '../../predict/predictor.ts';
import { type MetricSums, metricCounter } from '../metrics/metric-counter.ts';
import type { LabelledImages } from '../samples/labelled-images.ts';
import type { BatchLoss } from '../step/loss.ts';
import { batchLabels } from '../step/target-tensors.ts';

export interface Validation {
  /** The number of samples. */
  readonly count: number;
  /** Mean loss of the heads over the samples, without label smoothing: the cross-entropy of those that predict classes. */
  readonly crossEntropy: number;
  /** The loss as in training: mean loss of the heads with label smoothing, and the L2 penalty. */
  readonly loss: number;
  /** The metrics of each head, in task order. */
  readonly metrics: readonly MetricSums[];
}

/**
 * What the loss has besides the losses of the heads. As in Keras, it is part of the loss in training, in validation and in
 * evaluation; class weights are part of it in training only.
 */
export interface LossTerms {
  /** In [0, 1). */
  readonly labelSmoothing: number;
  /** The L2 penalty of the weights. */
  readonly l2Penalty: number;
}

export interface ValidationOptions {
  readonly predictor: Pick<Predictor, 'predict'>;
  readonly data: LabelledImages;
  /** The row numbers of the samples to predict. */
  readonly samples: Int32Array;
  readonly batchSize: number;
  readonly layout: HeadLayout;
  readonly lossOf: BatchLoss;
  readonly terms: LossTerms;
  /** Called after each batch with the number of samples processed. */
  readonly onProgress?: (done: number) => void;
  /** Called with each batch: the rows of its samples, and float32 `[count, all columns]`: what the heads put out. */
  readonly onPredicted?: (samples: Int32Array, outputs: Float32Array) => void;
}

/** Predicts samples without dropout or augmentation and compares the predictions with their labels. */
export async function validate(options: ValidationOptions): Promise<Result<Validation>> {
  const { predictor, data, samples, batchSize, layout, lossOf, terms, onProgress, onPredicted } = options;
  const { shards, targets } = data;
  const counter = metricCounter(layout);
  const { labelSmoothing, l2Penalty } = terms;
  let [plainSum, smoothedSum, done] = [0, 0, 0];
  for await (const batch of batches({ shards, targets, samples, batchSize })) {
    if (!batch.ok) return batch;
    const { images, count } = batch.value;
    const labels = batchLabels(targets, batch.value.samples);
    const outputs = await predictor.predict(images, count);
    onPredicted?.(batch.value.samples, outputs);
    counter.add(labels, outputs);
    const plain = lossOf(outputs, labels);
    plainSum += plain;
    smoothedSum += labelSmoothing === 0 ? plain : lossOf(outputs, labels, { labelSmoothing });
    done += count;
    onProgress?.(done);
  }
  const samplesOrOne = Math.max(done, 1);
  return success({
    count: done,
    crossEntropy: plainSum / samplesOrOne,
    loss: smoothedSum / samplesOrOne + l2Penalty,
    metrics: counter.sums(),
  });
}
