import { groupBy } from '../../../shared/group-by.ts';
import { kindOf, type LabelKind, type LabelKinds } from '../tables/label-kind.ts';
import { type NumberStatistics, numberStatistics } from '../tables/number-statistics.ts';
import type { Sample } from '../tables/samples.ts';
import { type Split, type Task, tasksOf } from '../tables/task.ts';

/** A value for all samples, and one for each split; `test` if any sample of the data set is for a test. */
export type BySplit<Value> = Readonly<Record<'all' | 'train' | 'validation', Value>> & { readonly test?: Value };

/** What the labels of a task are like. */
export interface TaskStatistics {
  readonly name: string;
  /** The kind of the labels; `class` if absent. */
  readonly kind?: LabelKind;
  /** The number of classes, or of numbers. */
  readonly classes: number;
  readonly samples: number;
  /** Present if the data set names its classes, or numbers. */
  readonly class_names?: readonly string[];
  /**
   * The number of samples of each class, by class index; absent for numbers. `maybe` counts the samples whose label marks
   * the class as "maybe" (`m`).
   */
  readonly counts?: BySplit<readonly number[]> & { readonly maybe: readonly number[] };
  /** The number of samples with a label. Absent for the kinds with one class a sample, whose counts add up to it. */
  readonly labelled?: BySplit<number>;
  /** The number of samples that have none of the classes, for the kind `classes`. */
  readonly none?: BySplit<number>;
  /** For numbers, what each of them is like. */
  readonly numbers?: BySplit<readonly NumberStatistics[]>;
}

/** Returns the statistics of each task, sorted by name. */
export function taskStatistics(
  samples: readonly Sample[],
  classNames: ReadonlyMap<string, readonly string[]>,
  kinds: LabelKinds,
): readonly TaskStatistics[] {
  const hasTest = samples.some(({ split }) => split === 'test');
  const byTask = groupBy(samples, ({ task }) => task);
  return tasksOf(samples, kinds).map((task) => {
    const names = classNames.get(task.name);
    return {
      ...task,
      ...(names && { class_names: names }),
      ...labelStatistics(task, byTask.get(task.name) ?? [], hasTest),
    };
  });
}

function labelStatistics(
  task: Task,
  samples: readonly Sample[],
  hasTest: boolean,
): Pick<TaskStatistics, 'counts' | 'labelled' | 'none' | 'numbers'> {
  const { classes } = task;
  const bySplit = <Value>(measure: (samples: readonly Sample[]) => Value): BySplit<Value> => {
    const ofSplit = (name: Split) => measure(samples.filter(({ split }) => split === name));
    const test = hasTest ? { test: ofSplit('test') } : {};
    return { all: measure(samples), train: ofSplit('train'), validation: ofSplit('validation'), ...test };
  };
  const marked = (mark: string) => (some: readonly Sample[]) => countMarks(some, classes, mark);
  const counts = () => ({ ...bySplit(marked('y')), maybe: marked('m')(samples) });
  const labelled = () => bySplit(({ length }) => length);
  const kind = kindOf(task);
  switch (kind) {
    case 'class':
    case 'ordered':
      return { counts: counts() };
    case 'classes': {
      const none = bySplit((some) => some.filter(({ label }) => /^n*$/.test(label)).length);
      return { labelled: labelled(), none, counts: counts() };
    }
    case 'numbers':
      return {
        labelled: labelled(),
        numbers: bySplit((some) =>
          numberStatistics(
            some.map(({ label }) => label),
            classes,
          ),
        ),
      };
    default:
      return kind satisfies never;
  }
}

/** Returns for each class in how many labels it has a mark. */
function countMarks(samples: readonly Sample[], classes: number, mark: string): readonly number[] {
  const counts = Array.from({ length: classes }, () => 0);
  for (const { label } of samples)
    for (let at = label.indexOf(mark); at >= 0; at = label.indexOf(mark, at + 1)) counts[at] = (counts[at] ?? 0) + 1;
  return counts;
}
