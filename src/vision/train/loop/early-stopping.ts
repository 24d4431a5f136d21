import type { EpochFigures } from './history.ts';

export const monitoredFigures = ['val_loss', 'val_weighted_acc', 'loss'] as const;

/** When a training ends before its last epoch, and with which weights. */
export interface EarlyStoppingOptions {
  /** The figure that tells whether an epoch was better. */
  readonly monitor: (typeof monitoredFigures)[number];
  /** Epochs without a better one after which the training ends; without it, it goes on to the last. */
  readonly patience?: number | undefined;
  /** By how much a figure has to be better to count. */
  readonly minDelta: number;
  /** Whether it ends with the weights of the best epoch instead of the last. */
  readonly restoreBest: boolean;
}

/** The best epoch so far. */
export interface BestEpoch {
  /** Counted from 1. */
  readonly epoch: number;
  readonly value: number;
}

/** @returns the best epoch of a history; undefined where none has the figure. */
export function bestEpoch(
  history: readonly EpochFigures[],
  { monitor, minDelta }: Pick<EarlyStoppingOptions, 'monitor' | 'minDelta'>,
): BestEpoch | undefined {
  const sign = monitor === 'val_weighted_acc' ? 1 : -1;
  return history.reduce<BestEpoch | undefined>((best, figures) => {
    const value = figures[monitor];
    if (value === undefined) return best;
    const better = best === undefined || sign * (value - best.value) > minDelta;
    return better ? { epoch: figures.epoch, value } : best;
  }, undefined);
}

export function shouldStop(history: readonly EpochFigures[], options: EarlyStoppingOptions): boolean {
  const best = bestEpoch(history, options);
  return options.patience !== undefined && best !== undefined && history.length - best.epoch >= options.patience;
}
