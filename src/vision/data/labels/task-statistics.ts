import type { Sample } from '../tables/samples.ts';
import { tasksOf } from '../tables/task.ts';

/** The number of samples of each class of a task, by class index. */
export interface TaskStatistics {
  readonly name: string;
  readonly classes: number;
  readonly samples: number;
  /** Present if the data set names its classes. */
  readonly class_names?: readonly string[];
  readonly counts: {
    /** Of all splits. */
    readonly all: readonly number[];
    readonly train: readonly number[];
    readonly validation: readonly number[];
    /** Present if any sample of the data set is for a test. */
    readonly test?: readonly number[];
    /** Samples whose label marks the class as "maybe" (`m`). */
    readonly maybe: readonly number[];
  };
}

type Counts = Record<'all' | 'train' | 'validation' | 'maybe', number[]> & { readonly test?: number[] };

/** Returns the statistics of each task, sorted by name. */
export function taskStatistics(
  samples: readonly Sample[],
  classNames: ReadonlyMap<string, readonly string[]>,
): readonly TaskStatistics[] {
  const hasTest = samples.some(({ split }) => split === 'test');
  const statistics = tasksOf(samples).map((task) => {
    const zeros = () => Array.from({ length: task.classes }, () => 0);
    const names = classNames.get(task.name);
    const test = hasTest ? { test: zeros() } : {};
    const counts: Counts = { all: zeros(), train: zeros(), validation: zeros(), ...test, maybe: zeros() };
    return { ...task, ...(names && { class_names: names }), counts };
  });
  const byName = new Map(statistics.map(({ name, counts }) => [name, counts]));
  for (const { task, split, classIndex, label } of samples) {
    const counts = byName.get(task);
    if (counts === undefined) continue;
    increment(counts.all, classIndex);
    increment(counts[split], classIndex);
    for (let at = label.indexOf('m'); at >= 0; at = label.indexOf('m', at + 1)) increment(counts.maybe, at);
  }
  return statistics;
}

function increment(counts: number[] | undefined, index: number): void {
  if (counts !== undefined) counts[index] = (counts[index] ?? 0) + 1;
}
