import { SPLITS, type Split } from '../tables/task.ts';

/** What data sets call their splits, in lower case. */
const NAMES: Readonly<Record<Split, readonly string[]>> = {
  train: ['train', 'training'],
  validation: ['validation', 'valid', 'val', 'dev'],
  test: ['test', 'testing'],
};

/** Returns the split that a data set calls by this name, in any letter case. */
export function splitCalled(name: string): Split | undefined {
  const plain = name.toLowerCase();
  return SPLITS.find((split) => NAMES[split].includes(plain));
}
