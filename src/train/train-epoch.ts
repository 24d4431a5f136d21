import { batches } from '../data/batches.ts';
import { problem, type Result, success } from '../problem.ts';
import { type ConfusionMatrix, confusionCounter } from './confusion.ts';
import { predictedColumns } from './forward.ts';
import type { LabelledImages } from './labelled-images.ts';
import { batchTargets, headLayout } from './target-masks.ts';
import type { Trainer } from './trainer.ts';

export interface EpochOptions {
  readonly trainer: Trainer;
  readonly data: LabelledImages;
  /** The rows of the samples to learn from. */
  readonly samples: Int32Array;
  readonly batchSize: number;
  /** With the epoch it decides the order of the samples; with the step, augmentation and dropout. */
  readonly seed: number;
  readonly epoch: number;
  /** The number of the epoch's first step, and how many updates the optimizer has made before it. */
  readonly firstStep: number;
  readonly firstUpdate: number;
  readonly learningRateAt: (step: number) => number;
}

/** The figures of an epoch so far. */
export interface EpochProgress {
  readonly steps: number;
  /** The mean over the samples, each batch's before its update. */
  readonly loss: number;
  /** For each task, in order. */
  readonly matrices: readonly ConfusionMatrix[];
}

/**
 * Goes through the samples once in a new order. Fails where the loss is no number any more. Throws the signal's reason
 * when it is aborted, between two steps.
 */
export async function trainEpoch(
  options: EpochOptions,
  onStep: (progress: EpochProgress) => void,
  signal: AbortSignal,
): Promise<Result<EpochProgress>> {
  const { trainer, data, samples, batchSize, seed, epoch } = options;
  const { shards, targets } = data;
  const layout = headLayout(targets.tasks);
  const counter = confusionCounter(layout);
  let [lossSum, done] = [0, 0];
  let progress: EpochProgress = { steps: 0, loss: 0, matrices: counter.matrices() };
  for await (const batch of batches({ shards, targets, samples, batchSize, order: { seed, epoch } })) {
    if (!batch.ok) return batch;
    signal.throwIfAborted();
    const { images, count, index } = batch.value;
    const [step, updates] = [options.firstStep + index, options.firstUpdate + index];
    const wanted = batchTargets(targets, batch.value.samples);
    const at = { seed, step, updates };
    const { loss, probabilities } = trainer.step({ images, ...wanted }, at, options.learningRateAt(step));
    if (!Number.isFinite(loss)) return lossIsNoNumber(step);
    counter.add(wanted, predictedColumns(probabilities, layout, wanted.taskOf));
    lossSum += loss * count;
    done += count;
    progress = { steps: batch.value.index + 1, loss: lossSum / done, matrices: counter.matrices() };
    onStep(progress);
  }
  return success(progress);
}

function lossIsNoNumber(step: number) {
  return problem(`the loss is no number any more at step ${step + 1}`, {
    advice: 'The training has diverged: lower learning_rate, or raise batch_size, and run the stage again.',
  });
}
