import { kindOf } from '../../data/tables/label-kind.ts';
import { answerOf, type HeadLayout, type PlacedHead } from '../../heads/head-layout.ts';
import type { Answer, Answers } from './classifier.ts';

/**
 * Returns what the outputs of all heads say, by task.
 *
 * @param outputs float32 `[all columns]`, in task order.
 */
export function answersFrom(layout: HeadLayout, outputs: Float32Array): Answers {
  return Object.fromEntries(
    layout.heads.map((placed) => [placed.task.name, answerFrom(placed, answerOf(placed, outputs, layout))]),
  );
}

function answerFrom({ task, head: { threshold = 0.5 } }: PlacedHead, values: Float32Array): Answer {
  const kind = kindOf(task);
  if (kind === 'numbers') return { numbers: [...values] };
  const classes = classNamesOf(task);
  const probabilities = Object.fromEntries(classes.map((name, index) => [name, values[index] ?? 0]));
  if (kind === 'classes')
    return { classes: classes.filter((_, index) => (values[index] ?? 0) >= threshold), probabilities };
  return { class: classes[values.indexOf(Math.max(...values))] ?? '', probabilities };
}

/** Returns the names of the classes of a task, or their indices where they have no names. */
export function classNamesOf({ classes, class_names: names }: PlacedHead['task']): readonly string[] {
  return Array.from({ length: classes }, (_, index) => names?.[index] ?? String(index));
}
