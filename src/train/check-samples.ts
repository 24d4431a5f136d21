import type { Targets } from '../data/targets.ts';
import type { Problem } from '../problem.ts';

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
export function sampleWarnings(targets: Targets): string[] {
  const trained = new Set(Array.from(targets.samplesIn('train'), (sample) => targets.taskOf[sample]));
  const warnings = targets.tasks.flatMap(({ name }, task) =>
    trained.has(task) ? [] : [`warning: no training sample has the task «${name}», so its head learns nothing`],
  );
  if (targets.samplesIn('validation').length > 0) return warnings;
  return [...warnings, 'warning: there are no validation samples, so nothing tells how good the model is'];
}
