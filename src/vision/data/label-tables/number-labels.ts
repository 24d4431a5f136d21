import { failure, type Result, success } from '../../../shared/problem.ts';
import { counted, quoted } from '../../../shared/wording.ts';
import { numbersLabel } from '../tables/label-kind.ts';
import type { TaskColumns } from './columns-param.ts';
import { type LabelFault, type LabelReader, noLabelProblem } from './label-reader.ts';
import { type Field, textOf } from './label-table.ts';
import { isNumber } from './numbers.ts';

/**
 * Returns the reader of labels of the kind `numbers`: numbers in one field, or in a column each. An empty field among
 * others leaves its number unknown.
 */
export function numbersReader(task: TaskColumns, values: readonly (readonly Field[])[]): Result<LabelReader> {
  const textsOf = (fields: readonly Field[]) =>
    task.hasOwnColumns ? fields.map(textOf) : fields.flatMap((field) => split(field, task.separator));
  const usual = usualLength(values.map((fields) => textsOf(fields)));
  const unlabelled = noLabelProblem(task, usual);
  if (unlabelled !== undefined) return failure([unlabelled]);
  return success({
    names: task.columns.length > 1 ? task.columns : undefined,
    read(fields) {
      const texts = textsOf(fields);
      if (texts.every((text) => text === '')) return undefined;
      if (texts.length !== usual) return wrongCount(texts.length, usual);
      const wrong = texts.findIndex((text) => text !== '' && !isNumber(text));
      if (wrong >= 0) return notNumber(texts[wrong] ?? '', task.hasOwnColumns ? wrong : 0);
      return { label: numbersLabel(texts.map((text) => (text === '' ? Number.NaN : Number(text)))), classIndex: 0 };
    },
  });
}

function split(field: Field, separator: string | undefined): readonly string[] {
  if (typeof field !== 'string') return field;
  return separator === undefined || field === '' ? [field] : field.split(separator).map((text) => text.trim());
}

function usualLength(labels: readonly (readonly string[])[]): number {
  const counts = new Map<number, number>();
  for (const texts of labels)
    if (texts.some((text) => text !== '')) counts.set(texts.length, (counts.get(texts.length) ?? 0) + 1);
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best), [0, 0])[0];
}

function wrongCount(got: number, usual: number): LabelFault {
  return {
    kind: 'labels of the wrong length',
    message: `the label has ${counted(got, 'number')}, but most of the task have ${usual}`,
    advice: 'Give every label of the task as many numbers.',
  };
}

function notNumber(text: string, field: number): LabelFault {
  const isLarge = Number.isFinite(Number(text)) && isNumber(text.replace(/e.*$/i, ''));
  return {
    kind: 'labels that are not numbers',
    message: `${quoted(text)} is ${isLarge ? 'larger than a number of 32 bits can be' : 'not a finite number'}`,
    advice: /^[+-]?\d+,\d+$/.test(text)
      ? `Write it with a point: ${text.replace(',', '.')}.`
      : 'Write a decimal number, as 1.5, without a unit; leave the field empty if the image has no label.',
    field,
  };
}
