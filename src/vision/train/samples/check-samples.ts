import type { Problem } from '../../../shared/problem.ts';
import { listed } from '../../../shared/wording.ts';
import type { Duplicates } from '../../data/tables/duplicates.ts';
import type { Targets } from '../../data/tables/targets.ts';
import type { Head } from '../../heads/head.ts';
import type { EarlyStoppingOptions } from '../loop/early-stopping.ts';
import type { LabelledImages } from './labelled-images.ts';

/** Returns the problems that make training on these samples impossible. */
export function sampleProblems(targets: Targets, batchSize: number, file: string): Problem[] {
  const count = targets.samplesIn('train').length;
  if (count >= batchSize) return [];
  return [
    {
      message: `the batch size is ${batchSize}, but there are only ${count} training samples`,
      at: { file },
      advice: count === 0 ? 'Lower validation_fraction, or add samples.' : `Lower batch_size to ${count} or less.`,
    },
  ];
}

/** Returns the problem if early stopping would compare epochs by a validation metric that there will not be. */
export function monitorProblems(
  targets: Targets,
  { monitor, patience, restoreBest }: EarlyStoppingOptions,
  file: string,
  heads: readonly Pick<Head, 'metrics'>[],
): Problem[] {
  if (patience === undefined && !restoreBest) return [];
  if (monitor === 'val_weighted_acc' && heads.every(({ metrics }) => metrics['acc'] === undefined)) {
    const message = `early_stopping monitors "${monitor}", but no head has an accuracy`;
    return [{ message, advice: 'Set early_stopping.monitor to val_loss.' }];
  }
  if (!monitor.startsWith('val_') || targets.samplesIn('validation').length > 0) return [];
  return [
    {
      message: `early_stopping monitors "${monitor}", but there are no validation samples`,
      at: { file },
      advice: 'Raise validation_fraction, set early_stopping.monitor to loss, or remove early_stopping.',
    },
  ];
}

/** Returns warnings about samples that training can go ahead with. */
export function sampleWarnings({ targets, leftOut }: Pick<LabelledImages, 'targets' | 'leftOut'>): string[] {
  const trained = new Set(
    Array.from(targets.samplesIn('train')).flatMap((sample) => targets.labels(sample).map(({ task }) => task)),
  );
  const warnings = targets.tasks.flatMap(({ name }, task) =>
    trained.has(task) ? [] : [`warning: no training sample has the task "${name}", so its head is not trained`],
  );
  if (Object.values(leftOut).some((count) => count > 0)) warnings.unshift(leftOutWarning(leftOut));
  if (targets.samplesIn('validation').length > 0) return warnings;
  return [...warnings, 'warning: there are no validation samples, so there will be no validation metrics'];
}

/** Returns a warning about the samples that are not used. */
export function leftOutWarning({ train, validation, test }: LabelledImages['leftOut']): string {
  const counts = [`${train} training`, `${validation} validation`, ...(test > 0 ? [`${test} test`] : [])];
  return `warning: skipped ${listed(counts)} samples because their images are quarantined`;
}

/** Returns warnings about validation images that are also training images. */
export function duplicateWarnings({ exact, near }: Duplicates): string[] {
  if (exact.length + near.length === 0) return [];
  const shown = [...exact, ...near]
    .slice(0, MAX_LISTED)
    .map(({ validation, train }) => `  ${validation} matches ${train}`);
  const more = exact.length + near.length - shown.length;
  return [
    `warning: the splits overlap, which inflates the accuracy: of the validation images, ${exact.length} ` +
      `${exact.length === 1 ? 'is' : 'are'} identical to a training image, ${near.length} nearly identical`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more; evaluation.json lists all of them`] : []),
  ];
}

const MAX_LISTED = 10;
