import { type Result, success } from '../../../shared/problem.ts';
import { type ConfusionMatrix, confusionCounter } from '../metrics/confusion.ts';
import { predictedColumns } from '../step/forward.ts';
import { headLayout } from '../step/target-masks.ts';
import { type EpochOptions, runSteps } from './run-steps.ts';

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
 * @param onStep called after each step; an exception that it throws ends the epoch. Only if `isPaused`, no other step is
 *   running.
 * @returns the metrics of the epoch, or a problem if the loss became NaN or infinite.
 */
export async function trainEpoch(
  options: EpochOptions,
  from: EpochProgress,
  onStep: (progress: EpochProgress, isPaused: boolean) => Promise<void>,
): Promise<Result<EpochProgress>> {
  const layout = headLayout(options.data.targets.tasks);
  const counter = confusionCounter(layout, from.matrices);
  let progress: EpochProgress = { ...from, matrices: counter.matrices() };
  for await (const step of runSteps(options, from.steps)) {
    if (!step.ok) return step;
    const { loss, probabilities, labels, count, index, isPaused } = step.value;
    counter.add(labels, predictedColumns(probabilities, layout, labels.taskOf));
    const lossSum = progress.lossSum + loss * count;
    const samples = progress.samples + count;
    progress = { steps: index + 1, samples, loss: lossSum / samples, lossSum, matrices: counter.matrices() };
    await onStep(progress, isPaused);
  }
  return success(progress);
}
