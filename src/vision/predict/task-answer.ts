import { kindOf } from '../data/tables/label-kind.ts';
import type { PlacedHead } from '../heads/head-layout.ts';
import { answeredClasses, shortestDecimal, thresholdOf } from './answer-label.ts';
import type { Answer } from './classifier/classifier.ts';

/** What a model says about an image for a task, by the kind of the task's labels. */
export type TaskAnswer = OneClass | SeveralClasses | Numbers;

interface Probabilities {
  readonly task: string;
  /** The names of all classes, or their indices where classes have no names. */
  readonly classes: readonly string[];
  /** float32 `[classes]`, in the order of `classes`. */
  readonly probabilities: Float32Array;
}

interface OneClass extends Probabilities {
  readonly kind: 'class' | 'ordered';
  /** The most probable class. */
  readonly class: string;
}

interface SeveralClasses extends Probabilities {
  readonly kind: 'classes';
  /** The classes that reach the threshold of the head, in the order of `classes`. */
  readonly answered: readonly string[];
}

interface Numbers {
  readonly kind: 'numbers';
  readonly task: string;
  readonly numbers: readonly number[];
}

/**
 * Returns what a head says about an image.
 *
 * @param values what it has decoded, float32 `[classes]`.
 */
export function taskAnswer({ task: about, head }: PlacedHead, values: Float32Array): TaskAnswer {
  const [task, kind] = [about.name, kindOf(about)];
  if (kind === 'numbers') return { kind, task, numbers: Array.from(values, shortestDecimal) };
  const classes = classNamesOf(about);
  const answered = answeredClasses(kind, values, thresholdOf(head)).map((label) => classes[label] ?? '');
  const known = { task, classes, probabilities: values };
  return kind === 'classes' ? { kind, answered, ...known } : { kind, class: answered[0] ?? '', ...known };
}

/** Returns an answer as JSON: the class or the classes with all probabilities by name, or the numbers. */
export function answerJson(answer: TaskAnswer): Answer {
  if (answer.kind === 'numbers') return { numbers: answer.numbers };
  const { classes, probabilities: values } = answer;
  const probabilities = Object.fromEntries(classes.map((name, index) => [name, values[index] ?? 0]));
  return answer.kind === 'classes'
    ? { classes: answer.answered, probabilities }
    : { class: answer.class, probabilities };
}

/** Returns the names of the classes of a task, or their indices where they have no names. */
export function classNamesOf({ classes, class_names: names }: PlacedHead['task']): readonly string[] {
  return Array.from({ length: classes }, (_, index) => names?.[index] ?? String(index));
}
