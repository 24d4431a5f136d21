import { problem, type Result, success } from '../../../shared/problem.ts';
import { type Batch, batches } from '../../data/shards/batches.ts';
import { type ConfusionMatrix, confusionCounter } from '../metrics/confusion.ts';
import type { LabelledImages } from '../samples/labelled-images.ts';
import { predictedColumns } from '../step/forward.ts';
import { batchTargets, headLayout } from '../step/target-masks.ts';
import type { StepResult, Trainer } from '../step/trainer.ts';
import { memoryProblem } from './memory-problem.ts';

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
  /** By the number of updates made before. */
  readonly rateAt: (updates: number) => number;
}

/** The figures of an epoch so far. */
export interface EpochProgress {
  /** Taken in the epoch. */
  readonly steps: number;
  /** Seen in these steps. */
  readonly samples: number;
  /** The mean over the samples, each batch's before its update. */
  readonly loss: number;
  /** From which the mean is taken. */
  readonly lossSum: number;
  /** For each task, in order. */
  readonly matrices: readonly ConfusionMatrix[];
}

export const EPOCH_START: EpochProgress = { steps: 0, samples: 0, loss: 0, lossSum: 0, matrices: [] };

/**
 * Goes through the samples once in a new order, or on from where the epoch was left. Fails where the loss is no number any
 * more.
 *
 * @param onStep called after each step; what it throws ends the epoch.
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
    const wanted = batchTargets(targets, batch.value.samples);
    const step = takeStep(options, batch.value, wanted);
    if (!step.ok) return step;
    const { loss, probabilities } = step.value;
    if (!Number.isFinite(loss)) return lossIsNoNumber(options, batch.value);
    counter.add(wanted, predictedColumns(probabilities, layout, wanted.taskOf));
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

function takeStep(
  { trainer, seed, firstStep, firstUpdate, rateAt, batchSize }: EpochOptions,
  { images, index }: Batch,
  wanted: ReturnType<typeof batchTargets>,
): Result<StepResult> {
  const updates = firstUpdate + index;
  try {
    return success(trainer.step({ images, ...wanted }, { seed, step: firstStep + index, updates }, rateAt(updates)));
  } catch (error) {
    const exhausted = memoryProblem(error, batchSize);
    if (exhausted === undefined) throw error;
    return exhausted;
  }
}

const LISTED = 5;

function lossIsNoNumber({ data, firstUpdate, rateAt }: EpochOptions, { samples, index }: Batch) {
  const updates = firstUpdate + index;
  const files = Array.from(samples.subarray(0, LISTED), (sample) => `«${data.targets.file(sample)}»`);
  const more = samples.length > LISTED ? ` and ${samples.length - LISTED} more` : '';
  return problem(
    `the loss is no number any more at step ${updates + 1}, at a rate of ${rateAt(updates)}, ` +
      `on the images ${files.join(', ')}${more}`,
    {
      advice:
        'The training has diverged: lower learning_rate, set clip_global_norm to 1, or warm up with warmup_steps, ' +
        'and run the stage again.',
    },
  );
}
