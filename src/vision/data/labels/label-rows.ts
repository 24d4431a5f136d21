import type { Problem } from '../../../shared/problem.ts';
import { counted, quoted } from '../../../shared/wording.ts';
import { isTaskName, taskOfLabelName } from '../tables/task.ts';
import { type Csv, type CsvRow, parseCsv } from './csv.ts';
import { withoutHeader } from './csv-header.ts';
import type { Finding, FindingKind } from './findings.ts';
import { isImageName } from './image-names.ts';
import { pathInDataset } from './path-in-dataset.ts';
import type { TextFile } from './text-file.ts';

/** What a data set says about one image. */
export interface Label {
  /** Path of the image below the data set's root, with `/`. */
  readonly file: string;
  readonly task: string;
  /** One character a class, `y` at the true one. */
  readonly label: string;
  readonly classIndex: number;
}

/** A row that names an image. */
export interface NamingRow {
  readonly csv: Csv;
  readonly row: CsvRow;
  readonly file: string;
}

/** A row of a label file. Its label may be wrong. */
export interface TaskRow extends NamingRow {
  readonly task: string;
  readonly label: string;
}

/** A row of a label file that is right by itself. */
export interface LabelRow extends TaskRow {
  readonly classIndex: number;
}

/** The fields of a row, by number. */
export const FIELD = { file: 0, task: 1, label: 2 } as const;

/** Class indices are kept in a byte each. */
export const MOST_CLASSES = 256;

export interface CheckedLabels {
  readonly labels: readonly LabelRow[];
  /** All that name an image and a task, be their label right or wrong. */
  readonly rows: readonly TaskRow[];
  /** The tasks that any row names, be it right or wrong. */
  readonly tasks: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

/** Reads the rows of label files and checks each by itself. */
export function readLabelRows(files: readonly TextFile[]): CheckedLabels {
  const labels: LabelRow[] = [];
  const rows: TaskRow[] = [];
  const tasks = new Set<string>();
  const findings: Finding[] = [];
  for (const text of files) {
    const csv = parseCsv(text);
    for (const finding of csv.findings) findings.push(finding);
    const all = withoutHeader(csv);
    const separated = otherSeparator(all);
    if (separated !== undefined) {
      findings.push({ ...separated, at: { file: csv.file, line: all[0]?.line ?? 1 } });
      continue;
    }
    if (all.length === 0 && csv.findings.length === 0) findings.push(emptyFile(csv.file));
    for (const row of all) {
      const { file, task, faults } = checkRow(row);
      if (task !== '') tasks.add(task);
      for (const { field, ...fault } of faults) findings.push({ ...fault, at: csv.place(row, field) });
      if (file === undefined || !isTaskName(task)) continue;
      const label = row.fields[FIELD.label] ?? '';
      const found = { csv, row, file, task, label, classIndex: label.indexOf('y') };
      rows.push(found);
      if (faults.length === 0) labels.push(found);
    }
  }
  return { labels, rows, tasks, findings };
}

type RowFault = Problem & { readonly kind: FindingKind; readonly field?: number };

/** What a row names, and all that is wrong with it by itself. */
function checkRow({ fields }: CsvRow): { file: string | undefined; task: string; faults: readonly RowFault[] } {
  const [name, labelName = '', label, ...others] = fields;
  const path = name ? pathInDataset(name) : undefined;
  const file = typeof path === 'string' ? path : undefined;
  const task = taskOfLabelName(labelName);
  if (!name || !labelName || !label || others.length > 0) {
    return { file, task, faults: [wrongFields('file name,task,label', fields)] };
  }
  const faults: RowFault[] = [];
  if (typeof path === 'object') faults.push({ ...path, field: FIELD.file });
  if (!isTaskName(task)) faults.push({ ...noTaskName(labelName), field: FIELD.task });
  const badLabel = labelFault(label);
  if (badLabel !== undefined) faults.push({ ...badLabel, field: FIELD.label });
  return { file, task, faults };
}

function emptyFile(file: string): Finding {
  const advice = 'Write a row «file name,task,label» for each sample: Images/1.jpg,coat_length_labels,nnyn';
  return { kind: 'rows with a wrong number of fields', message: 'the label file is empty', at: { file }, advice };
}

export function wrongFields(form: string, fields: readonly string[]): RowFault {
  const filled = fields.filter((field) => field !== '').length;
  return {
    kind: 'rows with a wrong number of fields',
    message: `a row is «${form}», but this one has ${counted(filled, 'field')}`,
    advice: 'Complete the row, or take it out.',
  };
}

export function noTaskName(name: string): RowFault {
  return {
    kind: 'names that no task can have',
    message: `no task can be called ${quoted(name)}`,
    advice: isImageName(name)
      ? 'Are the columns in their order: file name,task,label?'
      : 'A head of the network is named after it: begin with a letter from A to Z or a digit, go on with these, _, - and dots.',
  };
}

function labelFault(label: string): RowFault | undefined {
  const advice = 'Mark the true class with y and all others with n, or m for «maybe»; or take the row out.';
  const stranger = /[^ynm]/u.exec(label)?.[0];
  if (stranger !== undefined) {
    const message = `the label ${quoted(label)} has ${quoted(stranger)}, but each class is one of y, n and m`;
    return { kind: 'labels with other characters', message, advice };
  }
  const marked = label.split('y').length - 1;
  if (marked !== 1) {
    const many = marked === 0 ? 'no y' : `y ${marked} times`;
    return {
      kind: 'labels without one y',
      message: `the label ${quoted(label)} has ${many}, but one class is true`,
      advice,
    };
  }
  if (label.length <= MOST_CLASSES) return undefined;
  return {
    kind: 'labels of a wrong length',
    message: `the label has ${label.length} classes, more than ${MOST_CLASSES}`,
    advice: 'A label has one character a class; is this one?',
  };
}

/** That most rows are one field with other separators in it: told once, not for each row. */
function otherSeparator(rows: readonly CsvRow[]): RowFault | undefined {
  const whole = rows.filter(({ fields }) => fields.length === 1);
  const candidates = [
    { name: 'semicolons', form: /^[^;]*;[^;]*;[^;]*$/ },
    { name: 'tabs', form: /^[^\t]*\t[^\t]*\t[^\t]*$/ },
  ];
  const found = candidates.find(
    ({ form }) => 2 * whole.filter(({ fields: [field = ''] }) => form.test(field)).length > rows.length,
  );
  if (found === undefined) return undefined;
  return {
    kind: 'rows with a wrong number of fields',
    message: `the fields of the rows are separated by ${found.name}`,
    advice: 'Separate them by commas: file name,task,label.',
  };
}
