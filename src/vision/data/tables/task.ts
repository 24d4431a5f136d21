/** One attribute to classify. */
export interface Task {
  readonly name: string;
  readonly classes: number;
  /** How many samples of the whole data set have it, whatever their split. */
  readonly samples: number;
}

const SPLITS = ['train', 'validation'] as const;
export type Split = (typeof SPLITS)[number];

/** The split of this name, which one of our own files gives. */
export function splitNamed(name: string): Split {
  const split = SPLITS.find((candidate) => candidate === name);
  if (split === undefined) throw new Error(`«${name}» is no split`);
  return split;
}

/** The data set writes `coat_length_labels` for the task `coat_length`. */
export function taskOfLabelName(labelName: string): string {
  return labelName.replace(/_labels$/, '');
}

/** Whether a head of the network can be named after a task: TensorFlow's own rule for names of layers, without `/`. */
export function isTaskName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name);
}

/** The tasks of a set of samples, sorted by name. */
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
