import type { Problem } from '../../../shared/problem.ts';
import type { Duplicates } from '../../data/tables/duplicates.ts';
import type { Targets } from '../../data/tables/targets.ts';
import type { LabelledImages } from './labelled-images.ts';

/** What makes a training on these samples impossible. */
export function sampleProblems(targets: Targets, batchSize: number, file: string): Problem[] {
  const count = targets.samplesIn('train').length;
  if (count >= batchSize) return [];
  return [
    {
      message: `a batch of ${batchSize} is more than the ${count} training samples`,
      at: { file },
      advice: count === 0 ? 'Lower validation_fraction, or add samples.' : `Lower batch_size to ${count} or less.`,
    },
  ];
}

/** What makes a training on these samples less than it seems. */
export function sampleWarnings({ targets, leftOut }: Pick<LabelledImages, 'targets' | 'leftOut'>): string[] {
  const trained = new Set(Array.from(targets.samplesIn('train'), (sample) => targets.taskOf[sample]));
  const warnings = targets.tasks.flatMap(({ name }, task) =>
    trained.has(task) ? [] : [`warning: no training sample has the task «${name}», so its head learns nothing`],
  );
  if (leftOut.train + leftOut.validation > 0) warnings.unshift(leftOutWarning(leftOut));
  if (targets.samplesIn('validation').length > 0) return warnings;
  return [...warnings, 'warning: there are no validation samples, so nothing tells how good the model is'];
}

/** Samples that nothing is learnt from or judged by. */
export function leftOutWarning({ train, validation }: LabelledImages['leftOut']): string {
  return `warning: left out since their images were put aside: ${train} training and ${validation} validation samples`;
}

/** Validation images that the model has been trained on. */
export function duplicateWarnings({ exact, near }: Duplicates): string[] {
  if (exact.length + near.length === 0) return [];
  const shown = [...exact, ...near].slice(0, LISTED).map(({ validation, train }) => `  ${validation} is ${train}`);
  const more = exact.length + near.length - shown.length;
  return [
    `warning: in both splits, which flatters the accuracy: ${exact.length} validation images are training images, ` +
      `${near.length} more nearly so`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more, all of them in evaluation.json`] : []),
  ];
}

const LISTED = 10;
