import { classesIn, type LabelKind, type LabelKinds } from './label-kind.ts';

/** One attribute to predict, such as the length of a coat. */
export interface Task {
  readonly name: string;
  /** What its labels are; `class` if absent. */
  readonly kind?: LabelKind;
  /** The number of classes; for labels of numbers, the number of these. */
  readonly classes: number;
  /** The number of samples with this task in the whole data set, of both splits. */
  readonly samples: number;
  /** Present if the data set names its classes, or its numbers. */
  readonly class_names?: readonly string[];
}

/** All splits, in the order in which they are shown. */
export const SPLITS = ['train', 'validation', 'test'] as const;
/** What a sample is for. Trainings use the first two. */
export type Split = (typeof SPLITS)[number];

/** The splits that a model may be evaluated on. */
export const EVALUATED_SPLITS = ['validation', 'test'] as const;
export type EvaluatedSplit = (typeof EVALUATED_SPLITS)[number];

/** Returns the split of this name. Throws for any other name, because only the pipeline's own files contain it. */
export function splitNamed(name: string): Split {
  const split = SPLITS.find((candidate) => candidate === name);
  if (split === undefined) throw new Error(`"${name}" is not a split`);
  return split;
}

/** Returns the name of a task from the form in FashionAI's files: `coat_length` from `coat_length_labels`. */
export function taskOfLabelName(labelName: string): string {
  return labelName.replace(/_labels$/, '');
}

/** Returns whether a head of the network can have this name: TensorFlow's rule for names of operations, without `/`. */
export function isTaskName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name);
}

/** Returns the tasks of a set of samples, sorted by name. */
export function tasksOf(
  samples: Iterable<{ readonly task: string; readonly label: string }>,
  kinds: LabelKinds = new Map(),
): readonly Task[] {
  const tasks = new Map<string, { name: string; kind?: LabelKind; classes: number; samples: number }>();
  for (const { task: name, label } of samples) {
    const known = tasks.get(name);
    if (known !== undefined) known.samples += 1;
    else {
      const kind = kinds.get(name) ?? 'class';
      const classes = classesIn(label, kind);
      tasks.set(name, { name, ...(kind !== 'class' && { kind }), classes, samples: 1 });
    }
  }
  // Compared by code unit: a locale's order would differ between machines.
  return [...tasks.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
