import type { Targets } from '../data/targets.ts';
import type { Problem } from '../problem.ts';
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
