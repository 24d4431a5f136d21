import { readFileSync } from 'node:fs';
import type { EpochMetrics } from '../../src/vision/train/loop/history.ts';

export const params = {
  backbone: 'small-cnn',
  learning_rate: 3e-3,
  epochs: 2,
  batch_size: 8,
  seed: 2018,
  dropout: 0.1,
};

const { backbone: _, ...continued } = params;

/** Params without a backbone, for training that continues from a saved model, which has its own. */
export { continued };

/** Returns the epochs in a file of the output `history`. */
export const historyIn = (file = ''): readonly EpochMetrics[] => JSON.parse(readFileSync(file, 'utf8')).epochs;
