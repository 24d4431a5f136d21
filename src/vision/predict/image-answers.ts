import { kindOf } from '../data/tables/label-kind.ts';
import { answerOf, type HeadLayout, type PlacedHead } from '../heads/head-layout.ts';
import { answeredClasses, shortestDecimal, thresholdOf } from './answer-label.ts';

/** What an ensemble says about an image for a task, by the kind of the task's labels. */
export type TaskAnswer = ClassAnswer | ClassesAnswer | NumbersAnswer;

interface Probabilities {
  readonly task: string;
  /** The names of all classes, or their indices where classes have no names. */
  readonly classes: readonly string[];
  /** float32 `[classes]`, in the order of `classes`. */
  readonly probabilities: Float32Array;
}

export interface ClassAnswer extends Probabilities {
  readonly kind: 'class' | 'ordered';
  /** The most probable class. */
  readonly class: string;
}

export interface ClassesAnswer extends Probabilities {
  readonly kind: 'classes';
  /** The classes that reach the threshold of the head, in the order of `classes`. */
  readonly answered: readonly string[];
}

export interface NumbersAnswer {
  readonly kind: 'numbers';
  readonly task: string;
  readonly numbers: readonly number[];
}

/** What an ensemble says about an image. */
export interface ImageAnswer {
  /** The path of the image in its folder. */
  readonly file: string;
  readonly answers: readonly TaskAnswer[];
}

/**
 * Returns what the outputs of all heads say.
 *
 * @param outputs float32 `[all columns]`, in task order.
 */
export function imageAnswer(file: string, layout: HeadLayout, outputs: Float32Array): ImageAnswer {
  return { file, answers: layout.heads.map((placed) => taskAnswer(placed, answerOf(placed, outputs, layout))) };
}

function taskAnswer(
  { task: { name: task, class_names: names, ...own }, head }: PlacedHead,
  answer: Float32Array,
): TaskAnswer {
  const kind = kindOf(own);
  if (kind === 'numbers') return { kind, task, numbers: Array.from(answer, shortestDecimal) };
  const classes = Array.from(answer, (_, index) => names?.[index] ?? String(index));
  const answered = answeredClasses(kind, answer, thresholdOf(head)).map((label) => classes[label] ?? '');
  const about = { task, classes, probabilities: answer };
  return kind === 'classes' ? { kind, answered, ...about } : { kind, class: answered[0] ?? '', ...about };
}

/** An answer as JSON. */
export type AnswerJson =
  | { readonly class: string; readonly probabilities: Readonly<Record<string, number>> }
  | { readonly classes: readonly string[]; readonly probabilities: Readonly<Record<string, number>> }
  | { readonly numbers: readonly number[] };

/** Returns an answer as JSON: the class or the classes with all probabilities by name, or the numbers. */
export function answerJson(answer: TaskAnswer): AnswerJson {
  if (answer.kind === 'numbers') return { numbers: answer.numbers };
  const { classes, probabilities: values } = answer;
  const probabilities = Object.fromEntries(classes.map((name, index) => [name, values[index] ?? 0]));
  return answer.kind === 'classes'
    ? { classes: answer.answered, probabilities }
    : { class: answer.class, probabilities };
}
