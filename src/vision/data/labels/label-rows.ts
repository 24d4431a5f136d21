import type { Place, Problem } from '../../../shared/problem.ts';
import { counted, quoted } from '../../../shared/wording.ts';
import { isTaskName, taskOfLabelName } from '../tables/task.ts';
import { type Csv, type CsvRow, parseCsv } from './csv.ts';
import { withoutHeader } from './csv-header.ts';
import type { Finding, FindingKind } from './findings.ts';
import { isImageName } from './image-names.ts';
import { pathInDataset } from './path-in-dataset.ts';
import type { TextFile } from './text-file.ts';

/** One label: the class of one image for one task. */
export interface Label {
  /** Path of the image relative to the data set's root, with `/`. */
  readonly file: string;
  readonly task: string;
  /** One character per class, as FashionAI writes it: `y` for the true class, `n` for others, `m` for "maybe". */
  readonly label: string;
  readonly classIndex: number;
}

/** A row that names an image. */
export interface NamingRow {
  readonly file: string;
  /** Returns where it names the image. */
  readonly place: () => Place;
}

/** A row of a label file with a valid image path and task name. Its label may be invalid. */
export interface TaskRow extends NamingRow {
  readonly csv: Csv;
  readonly row: CsvRow;
  readonly task: string;
  readonly label: string;
}

/** A valid row of a label file. */
export interface LabelRow extends TaskRow {
  readonly classIndex: number;
}

/** The indices of a row's fields. */
export const FIELD = { file: 0, task: 1, label: 2 } as const;

/** Each class index is stored in one byte. */
export const MAX_CLASSES = 256;

export interface CheckedLabels {
  readonly labels: readonly LabelRow[];
  /** All rows that name an image and a task, whether their label is valid or not. */
  readonly rows: readonly TaskRow[];
  /** The tasks that any row names, valid or not. */
  readonly tasks: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

/**
 * Reads the rows `file name,task,label` of label files in FashionAI's layout and checks each row by itself. Comparisons
 * between rows are in `compare-labels.ts`, the check of the images in `check-images.ts`.
 */
export function readLabelRows(files: readonly TextFile[]): CheckedLabels {
  const labels: LabelRow[] = [];
  const rows: TaskRow[] = [];
  const tasks = new Set<string>();
  const findings: Finding[] = [];
  for (const text of files) {
    const csv = parseCsv(text);
    for (const finding of csv.findings) findings.push(finding);
    const all = withoutHeader(csv);
    const other = otherSeparator(all) ?? otherLayout(all);
    if (other !== undefined) {
      findings.push({ ...other, at: { file: csv.file, line: all[0]?.line ?? 1 } });
      continue;
    }
    if (all.length === 0 && csv.findings.length === 0) findings.push(emptyFile(csv.file));
    for (const row of all) {
      const { file, task, faults } = checkRow(row);
      if (task !== '') tasks.add(task);
      for (const { field, ...fault } of faults) findings.push({ ...fault, at: csv.place(row, field) });
      if (file === undefined || !isTaskName(task)) continue;
      const label = row.fields[FIELD.label] ?? '';
      const place = () => csv.place(row, FIELD.file);
      const found = { csv, row, file, place, task, label, classIndex: label.indexOf('y') };
      rows.push(found);
      if (faults.length === 0) labels.push(found);
    }
  }
  return { labels, rows, tasks, findings };
}

type RowFault = Problem & { readonly kind: FindingKind; readonly field?: number };

/** Returns the image and the task that a row names, and all problems of the row. */
function checkRow({ fields }: CsvRow): { file: string | undefined; task: string; faults: readonly RowFault[] } {
  const [name, labelName = '', label, ...others] = fields;
  const path = name ? pathInDataset(name) : undefined;
  const file = typeof path === 'string' ? path : undefined;
  const task = taskOfLabelName(labelName);
  if (!name || !labelName || !label || others.length > 0) {
    return { file, task, faults: [wrongFieldCount('file name,task,label', fields)] };
  }
  const faults: RowFault[] = [];
  if (typeof path === 'object') faults.push({ ...path, field: FIELD.file });
  if (!isTaskName(task)) faults.push({ ...invalidTaskName(labelName), field: FIELD.task });
  const badLabel = labelFault(label);
  if (badLabel !== undefined) faults.push({ ...badLabel, field: FIELD.label });
  return { file, task, faults };
}

function emptyFile(file: string): Finding {
  const advice = 'Write one row "file name,task,label" per sample: Images/1.jpg,coat_length_labels,nnyn';
  return { kind: 'rows with a wrong number of fields', message: 'the label file has no rows', at: { file }, advice };
}

/** Returns the problem of a row without the fields of `form`. */
export function wrongFieldCount(form: string, fields: readonly string[]): RowFault {
  const filled = fields.filter((field) => field !== '').length;
  return {
    kind: 'rows with a wrong number of fields',
    message: `expected a row "${form}", but got ${counted(filled, 'non-empty field')}`,
    advice: 'Correct the row, or remove it.',
  };
}

/** Returns the problem of a task name that `isTaskName` rejects. */
export function invalidTaskName(name: string): RowFault {
  return {
    kind: 'invalid task names',
    message: `invalid task name ${quoted(name)}`,
    advice: isImageName(name)
      ? 'Check the order of the columns: file name,task,label.'
      : 'A head of the network is named after the task: start with an ASCII letter or digit, then use letters, digits, _, - and dots.',
  };
}

function labelFault(label: string): RowFault | undefined {
  const advice = 'Mark the true class with y and all others with n, or with m for "maybe"; or remove the row.';
  const invalid = /[^ynm]/u.exec(label)?.[0];
  if (invalid !== undefined) {
    const message = `invalid character ${quoted(invalid)} in the label ${quoted(label)}: each class must be y, n or m`;
    return { kind: 'labels with invalid characters', message, advice };
  }
  const marked = label.split('y').length - 1;
  if (marked !== 1) {
    const many = marked === 0 ? 'no y' : `${marked} y`;
    return {
      kind: 'labels without exactly one y',
      message: `the label ${quoted(label)} has ${many}: exactly one class must be y`,
      advice,
    };
  }
  if (label.length <= MAX_CLASSES) return undefined;
  return {
    kind: 'labels of the wrong length',
    message: `the label has ${label.length} characters; at most ${MAX_CLASSES} classes are supported`,
    advice: 'A label has one character per class: check that this is a label.',
  };
}

/** Returns one problem for the whole file if most of its rows use another separator. */
function otherSeparator(rows: readonly CsvRow[]): RowFault | undefined {
  const singleFields = rows.filter(({ fields }) => fields.length === 1);
  const candidates = [
    { name: 'semicolons', form: /^[^;]*;[^;]*;[^;]*$/ },
    { name: 'tabs', form: /^[^\t]*\t[^\t]*\t[^\t]*$/ },
  ];
  const found = candidates.find(
    ({ form }) => 2 * singleFields.filter(({ fields: [field = ''] }) => form.test(field)).length > rows.length,
  );
  if (found === undefined) return undefined;
  return {
    kind: 'rows with a wrong number of fields',
    message: `the fields are separated by ${found.name}, not commas`,
    advice: 'Separate the fields by commas: file name,task,label.',
  };
}

/** Returns one problem for the whole file if its first row is the header of a table with a column for each task. */
function otherLayout([header, ...rows]: readonly CsvRow[]): RowFault | undefined {
  const namesImage = ({ fields: [first = ''] }: CsvRow) => isImageName(first);
  if (header === undefined || header.fields.length < 2 || namesImage(header) || rows.length === 0) return undefined;
  if (!rows.every((row) => namesImage(row) && row.fields.length === header.fields.length)) return undefined;
  return {
    kind: 'rows with a wrong number of fields',
    message: `the first row is a header with the columns ${header.fields.map(quoted).join(', ')}`,
    advice: 'Set the param "layout" to "table" to read a column for each task.',
  };
}
