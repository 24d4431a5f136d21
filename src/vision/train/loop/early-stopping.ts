import type { EpochMetrics } from './history.ts';

export const monitoredMetrics = ['val_loss', 'val_weighted_acc', 'loss'] as const;

/** When a training run ends before its last epoch, and with which weights (Keras' `EarlyStopping`). */
export interface EarlyStoppingOptions {
  /** The metric to compare epochs by: losses should fall, accuracy should rise. */
  readonly monitor: (typeof monitoredMetrics)[number];
  /** Number of epochs without improvement after which training stops; if undefined, all epochs are trained. */
  readonly patience?: number | undefined;
  /** The smallest change of the metric that counts as an improvement. */
  readonly minDelta: number;
  /** Whether the weights of the best epoch are restored at the end; otherwise those of the last epoch are kept. */
  readonly restoreBest: boolean;
}

/** The best epoch so far. */
export interface BestEpoch {
  /** Counted from 1. */
  readonly epoch: number;
  readonly value: number;
}

/** Returns the best epoch of a history, or undefined if no epoch has the monitored metric. */
export function bestEpoch(
  history: readonly EpochMetrics[],
  { monitor, minDelta }: Pick<EarlyStoppingOptions, 'monitor' | 'minDelta'>,
): BestEpoch | undefined {
  const sign = monitor === 'val_weighted_acc' ? 1 : -1;
  return history.reduce<BestEpoch | undefined>((best, metrics) => {
    const value = metrics[monitor];
    if (value === undefined) return best;
    const better = best === undefined || sign * (value - best.value) > minDelta;
    return better ? { epoch: metrics.epoch, value } : best;
  }, undefined);
}

/** Returns whether the metric has not improved for `patience` epochs. */
export function shouldStop(history: readonly EpochMetrics[], options: EarlyStoppingOptions): boolean {
  const best = bestEpoch(history, options);
  return options.patience !== undefined && best !== undefined && history.length - best.epoch >= options.patience;
}
