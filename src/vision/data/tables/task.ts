/** One attribute to classify, such as the length of a coat. */
export interface Task {
  readonly name: string;
  readonly classes: number;
  /** The number of samples with this task in the whole data set, of both splits. */
  readonly samples: number;
  /** Present if the data set names its classes. */
  readonly class_names?: readonly string[];
}

const SPLITS = ['train', 'validation', 'test'] as const;
/** What a sample is for. Trainings use the first two. */
export type Split = (typeof SPLITS)[number];

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
export function tasksOf(samples: Iterable<{ readonly task: string; readonly label: string }>): readonly Task[] {
  const tasks = new Map<string, { name: string; classes: number; samples: number }>();
  for (const { task: name, label } of samples) {
    const known = tasks.get(name);
    if (known === undefined) tasks.set(name, { name, classes: label.length, samples: 1 });
    else known.samples += 1;
  }
  // Compared by code unit: a locale's order would differ between machines.
  return [...tasks.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
