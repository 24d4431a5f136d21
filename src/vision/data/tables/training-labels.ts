import type { Targets } from './targets.ts';

/** Returns the labels of the training split by task, in task order. */
export function trainingLabels({
  tasks,
  labels,
  samplesIn,
}: Pick<Targets, 'tasks' | 'labels' | 'samplesIn'>): readonly (readonly string[])[] {
  const byTask = tasks.map((): string[] => []);
  for (const sample of samplesIn('train')) for (const { task, text } of labels(sample)) byTask[task]?.push(text);
  return byTask;
}
