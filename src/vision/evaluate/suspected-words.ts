import type { TaskEvaluation } from './evaluation.ts';

/** A suspected label error in words. */
export interface Suspected {
  readonly file: string;
  /** What the label says. */
  readonly label: string;
  /** What is probably true, with the probability. */
  readonly probably: string;
  /** The probability of that. */
  readonly probability: number;
}

/** Returns the suspected label errors of a task, the clearest first; none for numbers. */
export function suspectedIn(task: TaskEvaluation): readonly Suspected[] {
  if (task.kind === 'numbers') return [];
  const called = (label: number) => task.classes[label]?.name ?? String(label);
  if (task.kind === 'classes') {
    return task.label_errors.suspected.map(({ file, class: label, labelled, probability }) => {
      const [has, lacks] = [called(label), `not ${called(label)}`];
      return labelled ? inWords(file, has, lacks, 1 - probability) : inWords(file, lacks, has, probability);
    });
  }
  return task.label_errors.suspected.map(({ file, label, suggested, suggested_probability: probability }) =>
    inWords(file, called(label), called(suggested), probability),
  );
}

function inWords(file: string, label: string, suggested: string, probability: number): Suspected {
  return { file, label, probably: `${suggested} (${probability.toFixed(4)})`, probability };
}
