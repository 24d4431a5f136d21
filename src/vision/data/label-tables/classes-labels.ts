import { failure, type Problem, type Result, success } from '../../../shared/problem.ts';
import { listed, quoted } from '../../../shared/wording.ts';
import type { TaskColumns } from './columns-param.ts';
import {
  classesProblem,
  type EncodedLabel,
  type LabelFault,
  type LabelReader,
  sortedNames,
  unknownClass,
} from './label-reader.ts';
import { type Field, textOf } from './label-table.ts';

const SEPARATORS = ['|', ';', ','];

/** Returns the reader of labels of the kind `classes` in one field: the names of any number of classes. */
export function classesReader(task: TaskColumns, values: readonly (readonly Field[])[]): Result<LabelReader> {
  const given = values.flatMap(([field]) =>
    field === undefined || field === '' || field === task.none ? [] : [field],
  );
  const separator = task.separator ?? separatorIn(task, given);
  if (typeof separator === 'object') return failure([separator]);
  const namesIn = (field: Field) => (typeof field === 'string' ? parts(field, separator) : field);
  const classes = task.classes ?? sortedNames(given.flatMap(namesIn));
  const fault = classesProblem(task, classes);
  if (fault !== undefined) return failure([fault]);
  const indices = new Map(classes.map((name, index) => [name, index]));
  const none: EncodedLabel = { label: 'n'.repeat(classes.length), classIndex: 0 };
  const known = new Map<string, ReturnType<LabelReader['read']>>();
  const read = (field: Field) => {
    const names = namesIn(field);
    // A list without names says that there are none, a text does not.
    if (names.length === 0 && typeof field === 'string') return undefined;
    const unknown = names.find((name) => !indices.has(name));
    return unknown === undefined ? encode(names, indices) : unknownClass(unknown, task, classes);
  };
  return success({
    names: classes,
    read([field = '']) {
      if (field === task.none) return none;
      if (field === '') return undefined;
      if (typeof field !== 'string') return read(field);
      if (!known.has(field)) known.set(field, read(field));
      return known.get(field);
    },
  });
}

function parts(text: string, separator: string): readonly string[] {
  const names = separator === '' ? [text] : text.split(separator);
  return names.map((name) => name.trim()).filter((name) => name !== '');
}

/** Returns the one separator that occurs in any field; an empty text if none does. */
function separatorIn({ task }: TaskColumns, fields: readonly Field[]): string | Problem {
  const found = SEPARATORS.filter((each) => fields.some((field) => typeof field === 'string' && field.includes(each)));
  const [separator = ''] = found;
  if (found.length <= 1) return separator;
  return {
    message: `cannot tell what separates the classes of the task "${task}": fields have ${listed(found.map(quoted))}`,
    advice: `Say which one, as in: ${task}: { kind: classes, separator: ${quoted(separator)} }.`,
  };
}

function encode(names: readonly string[], indices: ReadonlyMap<string, number>): EncodedLabel {
  const label = Array.from(indices.keys(), () => 'n');
  for (const name of names) label[indices.get(name) ?? 0] = 'y';
  return { label: label.join(''), classIndex: Math.max(0, label.indexOf('y')) };
}

const FLAGS = new Map([
  ...['1', 'true', 'yes', 'y'].map((text) => [text, 'y'] as const),
  ...['0', '-1', 'false', 'no', 'n'].map((text) => [text, 'n'] as const),
  ['', 'm'] as const,
]);

/** Returns the reader of labels of the kind `classes` in a column for each class. An empty field leaves its class unknown. */
export function flagsReader(task: TaskColumns): Result<LabelReader> {
  const { columns } = task;
  const fault = classesProblem(task, columns);
  if (fault !== undefined) return failure([fault]);
  return success({
    names: columns,
    read(fields) {
      let label = '';
      for (const [index, field] of fields.entries()) {
        const flag = FLAGS.get(textOf(field).toLowerCase());
        if (flag === undefined) return notFlag(textOf(field), index);
        label += flag;
      }
      if (/^m*$/.test(label)) return undefined;
      return { label, classIndex: Math.max(0, label.indexOf('y')) };
    },
  });
}

function notFlag(text: string, field: number): LabelFault {
  return {
    kind: 'labels of unknown classes',
    message: `${quoted(text)} does not say whether the image has the class`,
    advice: 'Write 1 or 0, true or false, yes or no; or leave the field empty if it is not known.',
    field,
  };
}
