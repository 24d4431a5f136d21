import type { Sample } from './samples.ts';
import { type Split, tasksOf } from './task.ts';

/** How often each class of a task occurs in each split. */
export interface TaskStatistics {
  readonly name: string;
  readonly classes: number;
  readonly samples: number;
  /** By class index. */
  readonly counts: Readonly<Record<Split, readonly number[]>>;
}

/** Sorted by the tasks' names. */
export function taskStatistics(samples: readonly Sample[]): readonly TaskStatistics[] {
  const statistics = tasksOf(samples).map((task) => {
    const zeros = () => Array.from({ length: task.classes }, () => 0);
    return { ...task, counts: { train: zeros(), validation: zeros() } };
  });
  const byName = new Map(statistics.map((task) => [task.name, task]));
  for (const { task, split, classIndex } of samples) {
    const counts = byName.get(task)?.counts[split];
    if (counts !== undefined) counts[classIndex] = (counts[classIndex] ?? 0) + 1;
  }
  return statistics;
}

/** A line for each class that cannot be learnt and each task that cannot be judged. */
export function scarcities(statistics: readonly TaskStatistics[]): readonly string[] {
  return statistics.flatMap(({ name, counts: { train, validation } }) => [
    ...train.flatMap((count, index) => (count === 0 ? `${name}: no training sample of class ${index}` : [])),
    ...(validation.every((count) => count === 0) ? [`${name}: no validation sample`] : []),
  ]);
}
