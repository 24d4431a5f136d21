import type { Problem } from '../../../shared/problem.ts';
import type { Heads } from '../../heads/head.ts';
import { headProblems } from '../../heads/invalid-head.ts';
import type { Augmentation } from '../augmentations/augmentation.ts';
import { augmentationProblems } from '../augmentations/invalid-augmentation.ts';
import { type GroupOptions, groupsPerEpoch } from '../loop/groups.ts';
import { type LearningRateOptions, scheduleProblems } from '../loop/learning-rate.ts';
import { optimizerProblems } from '../optimizers/invalid-optimizer.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';

/** What the module of a training stage may give, and what decides the number of updates. */
export interface GivenCode extends LearningRateOptions, Omit<GroupOptions, 'samples'> {
  readonly augmentations: readonly Augmentation[];
  readonly heads?: Heads | undefined;
  readonly optimizer: Optimizer;
  readonly epochs: number;
}

/**
 * Returns what is wrong with what the module of a training stage gives.
 *
 * @param samples the number of training samples.
 */
export function codeProblems(given: GivenCode, samples: number): Problem[] {
  return [
    ...augmentationProblems(given.augmentations),
    ...headProblems(given.heads),
    ...optimizerProblems(given.optimizer),
    ...scheduleProblems(given, given.epochs * groupsPerEpoch({ ...given, samples })),
  ];
}
