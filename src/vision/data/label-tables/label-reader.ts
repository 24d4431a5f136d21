import { distance } from 'fastest-levenshtein';
import type { Problem } from '../../../shared/problem.ts';
import { quoted } from '../../../shared/wording.ts';
import type { FindingKind } from '../labels/findings.ts';
import { type Label, MAX_CLASSES } from '../labels/label-rows.ts';
import type { TaskColumns } from './columns-param.ts';
import type { Field } from './label-table.ts';

/** A problem with the label in one row. */
export interface LabelFault {
  readonly kind: FindingKind;
  readonly message: string;
  readonly advice: string;
  /** The index of the field, if the labels of the task are in several. */
  readonly field?: number;
}

export type EncodedLabel = Pick<Label, 'label' | 'classIndex'>;

/** Reads the labels of one task. */
export interface LabelReader {
  /** The names of the classes or numbers, if they have any. */
  readonly names: readonly string[] | undefined;
  /** Returns the label that the fields of a row have, in the order of the task's columns; undefined if there is none. */
  readonly read: (fields: readonly Field[]) => EncodedLabel | LabelFault | undefined;
}

/** Returns the problem if these classes cannot be those of a task. */
export function classesProblem(columns: TaskColumns, classes: readonly string[]): Problem | undefined {
  const { task, kind } = columns;
  const unlabelled = noLabelProblem(columns, classes.length);
  if (unlabelled !== undefined) return unlabelled;
  if (new Set(classes).size < classes.length) {
    const twice = classes.find((name, index) => classes.indexOf(name) < index) ?? '';
    return { message: `the task "${task}" names the class ${quoted(twice)} twice`, advice: 'Remove one of them.' };
  }
  if (classes.length <= MAX_CLASSES) return undefined;
  const [first = '', second = ''] = classes;
  return {
    message:
      `the task "${task}" has ${classes.length} different labels, such as ${quoted(first)} and ${quoted(second)}; at most ` +
      `${MAX_CLASSES} classes are supported`,
    advice:
      kind === 'classes'
        ? `Check the separator, as in: ${task}: { kind: classes, separator: "|" }.`
        : 'Leave the task out of the param "columns" if its column has no classes; for measurements use the kind numbers.',
  };
}

/** Returns the problem if no row has a label of a task. */
export function noLabelProblem({ task }: TaskColumns, found: number): Problem | undefined {
  if (found > 0) return undefined;
  const message = `no row has a label for the task "${task}"`;
  return { message, advice: 'Write the labels into its column, or leave the task out of the param "columns".' };
}

/** Returns what is wrong with a label that is none of the classes. */
export function unknownClass(text: string, { task }: TaskColumns, classes: readonly string[]): LabelFault {
  const near = classes.find((name) => distance(name.toLowerCase(), text.toLowerCase()) <= 1);
  const shown = classes.slice(0, 10).map(quoted).join(', ');
  return {
    kind: 'labels of unknown classes',
    message: `the task "${task}" has no class ${quoted(text)}`,
    advice:
      near === undefined
        ? `Its classes are ${shown}${classes.length > 10 ? ', …' : ''}.`
        : `Did you mean ${quoted(near)}?`,
  };
}

/** Sorts by code unit, so that no locale changes the order. */
export function sortedNames(names: Iterable<string>): readonly string[] {
  return [...new Set(names)].sort();
}
