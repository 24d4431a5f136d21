import { failure, type Result, success } from '../../../shared/problem.ts';
import { type Batch, batches } from '../../data/shards/batches.ts';
import { type ConfusionMatrix, confusionCounter } from '../metrics/confusion.ts';
import type { LabelledImages } from '../samples/labelled-images.ts';
import { predictedColumns } from '../step/forward.ts';
import { batchTargets, headLayout } from '../step/target-masks.ts';
import type { StepResult, Trainer } from '../step/trainer.ts';
import { divergedProblem } from './diverged.ts';
import { memoryProblem } from './memory-problem.ts';

export interface EpochOptions {
  readonly trainer: Trainer;
  readonly data: LabelledImages;
  /** The row numbers of the training samples. */
  readonly samples: Int32Array;
  readonly batchSize: number;
  /**
   * Random seed. Together with the epoch it decides the sample order; together with the step, augmentation and dropout.
   */
  readonly seed: number;
  readonly epoch: number;
  /** The number of the epoch's first step over all training stages, and of its first update within this stage. */
  readonly firstStep: number;
  readonly firstUpdate: number;
  /** Returns the learning rate, given the number of updates made so far. */
  readonly rateAt: (updates: number) => number;
}

/** The metrics of an epoch so far. */
export interface EpochProgress {
  /** The number of steps taken in the epoch. */
  readonly steps: number;
  /** The number of samples seen in these steps. */
  readonly samples: number;
  /** Mean loss over the samples, each batch before its update. */
  readonly loss: number;
  /** Sum of the losses of the samples. */
  readonly lossSum: number;
  /** The confusion matrix of each task, in task order. */
  readonly matrices: readonly ConfusionMatrix[];
}

export const EPOCH_START: EpochProgress = { steps: 0, samples: 0, loss: 0, lossSum: 0, matrices: [] };

/**
 * Trains on each sample once, in an order shuffled by seed and epoch, resuming from `from` within the epoch.
 *
 * @param onStep called after each step; an exception that it throws ends the epoch.
 * @returns the metrics of the epoch, or a problem if the loss became NaN or infinite or memory is exhausted.
 */
export async function trainEpoch(
  options: EpochOptions,
  from: EpochProgress,
  onStep: (progress: EpochProgress) => Promise<void>,
): Promise<Result<EpochProgress>> {
  const { data, samples, batchSize, seed, epoch } = options;
  const { shards, targets } = data;
  const layout = headLayout(targets.tasks);
  const counter = confusionCounter(layout, from.matrices);
  let progress: EpochProgress = { ...from, matrices: counter.matrices() };
  const order = { seed, epoch };
  for await (const batch of batches({ shards, targets, samples, batchSize, order, from: from.steps })) {
    if (!batch.ok) return batch;
    const labels = batchTargets(targets, batch.value.samples);
    const step = await takeStep(options, batch.value, labels);
    if (!step.ok) return step;
    const { loss, probabilities } = step.value;
    if (!Number.isFinite(loss)) return nonFiniteLossProblem(options, batch.value, loss);
    counter.add(labels, predictedColumns(probabilities, layout, labels.taskOf));
    const lossSum = progress.lossSum + loss * batch.value.count;
    const seen = progress.samples + batch.value.count;
    progress = {
      steps: batch.value.index + 1,
      samples: seen,
      loss: lossSum / seen,
      lossSum,
      matrices: counter.matrices(),
    };
    await onStep(progress);
  }
  return success(progress);
}

async function takeStep(
  { trainer, seed, firstStep, firstUpdate, rateAt, batchSize }: EpochOptions,
  { images, index }: Batch,
  labels: ReturnType<typeof batchTargets>,
): Promise<Result<StepResult>> {
  const updates = firstUpdate + index;
  try {
    const at = { seed, step: firstStep + index, updates };
    return success(await trainer.step({ images, ...labels }, at, rateAt(updates)));
  } catch (error) {
    const exhausted = memoryProblem(error, batchSize);
    if (exhausted === undefined) throw error;
    return exhausted;
  }
}

const MAX_LISTED = 5;

function nonFiniteLossProblem({ data, firstUpdate, rateAt }: EpochOptions, { samples, index }: Batch, loss: number) {
  const updates = firstUpdate + index;
  const files = Array.from(samples.subarray(0, MAX_LISTED), (sample) => `"${data.targets.file(sample)}"`);
  const more = samples.length > MAX_LISTED ? ` and ${samples.length - MAX_LISTED} more` : '';
  return failure([
    divergedProblem(
      `the loss became ${Number.isNaN(loss) ? 'NaN' : 'infinite'} at step ${updates + 1} ` +
        `with a learning rate of ${rateAt(updates)}, on the images ${files.join(', ')}${more}`,
    ),
  ]);
}
