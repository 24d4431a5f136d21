import { describe, expect, test } from 'vitest';
import { bestEpoch, type EarlyStoppingOptions, shouldStop } from '../../../../src/vision/train/loop/early-stopping.ts';
import type { EpochMetrics } from '../../../../src/vision/train/loop/history.ts';

const options: EarlyStoppingOptions = { monitor: 'val_loss', patience: 2, minDelta: 0, restoreBest: false };
const historyOf = (monitor: EarlyStoppingOptions['monitor'], values: number[]): EpochMetrics[] =>
  values.map((value, index) => ({ epoch: index + 1, learning_rate: 1, loss: 0, acc: {}, [monitor]: value }));

describe('the best epoch', () => {
  test.each([
    ['val_loss', [3, 1, 2], 2],
    ['val_weighted_acc', [0.3, 0.1, 0.4], 3],
    ['loss', [3, 1, 1], 2],
  ] as const)('by %s %j is %i', (monitor, values, epoch) => {
    expect(bestEpoch(historyOf(monitor, [...values]), { monitor, minDelta: 0 })?.epoch).toBe(epoch);
  });

  test('is an earlier one when a later one improves by less than minDelta', () => {
    expect(bestEpoch(historyOf('val_loss', [3, 2.95]), { monitor: 'val_loss', minDelta: 0.1 })?.epoch).toBe(1);
  });

  test('is undefined when no epoch has the monitored metric', () => {
    expect(bestEpoch(historyOf('loss', [1]), options)).toBeUndefined();
  });
});

describe('training stops', () => {
  test('after patience epochs without improvement', () => {
    expect(shouldStop(historyOf('val_loss', [1, 2]), options)).toBe(false);
    expect(shouldStop(historyOf('val_loss', [1, 2, 3]), options)).toBe(true);
    expect(shouldStop(historyOf('val_loss', [1, 2, 0.5]), options)).toBe(false);
  });

  test('only if patience is set and the monitored metric exists', () => {
    expect(shouldStop(historyOf('val_loss', [1, 2, 3, 4]), { ...options, patience: undefined })).toBe(false);
    expect(shouldStop(historyOf('loss', [1, 2, 3, 4]), options)).toBe(false);
  });
});
