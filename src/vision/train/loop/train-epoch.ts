import { type Result, success } from '../../../shared/problem.ts';
import type { HeadLayout } from '../../heads/head-layout.ts';
import { type MetricSums, metricCounter } from '../metrics/metric-counter.ts';
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
  /** The metrics of each head, in task order. */
  readonly metrics: readonly MetricSums[];
}

export const EPOCH_START: EpochProgress = { steps: 0, samples: 0, loss: 0, lossSum: 0, metrics: [] };

/**
 * Trains on each sample once, in an order shuffled by seed and epoch, resuming from `from` within the epoch.
 *
 * @param onStep called after each step; an exception that it throws ends the epoch. Only if `isPaused`, no other step is
 *   running.
 * @returns the metrics of the epoch, or a problem if the loss became NaN or infinite.
 */
export async function trainEpoch(
  options: EpochOptions & { readonly layout: HeadLayout },
  from: EpochProgress,
  onStep: (progress: EpochProgress, isPaused: boolean) => Promise<void>,
): Promise<Result<EpochProgress>> {
  const counter = metricCounter(options.layout, from.metrics);
  let progress: EpochProgress = { ...from, metrics: counter.sums() };
  for await (const step of runSteps(options, from.steps)) {
    if (!step.ok) return step;
    const { loss, outputs, labels, count, index, isPaused } = step.value;
    counter.add(labels, outputs);
    const lossSum = progress.lossSum + loss * count;
    const samples = progress.samples + count;
    progress = { steps: index + 1, samples, loss: lossSum / samples, lossSum, metrics: counter.sums() };
    await onStep(progress, isPaused);
  }
  return success(progress);
}
