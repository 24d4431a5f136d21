import type { Place, Problem } from '../problem.ts';
import type { CsvRow } from './csv.ts';
import { pathInDataset } from './path-in-dataset.ts';
import { someProblems } from './some-problems.ts';
import { taskOfLabelName } from './task.ts';
import { counted } from './wording.ts';

/** A row of the label file that is right by itself. */
export interface LabelRow {
  readonly line: number;
  readonly file: string;
  readonly task: string;
  readonly label: string;
  readonly classIndex: number;
}

// Class indices are kept in a byte each.
const MOST_CLASSES = 256;

/** Checks the rows of a label file, each by itself and against the others; `file` is for the problems. */
export function checkLabelRows(
  rows: readonly CsvRow[],
  file: string,
): { labels: readonly LabelRow[]; problems: readonly Problem[] } {
  const labels: LabelRow[] = [];
  const broken: Problem[] = [];
  for (const { line, fields } of rows) {
    const row = labelRow(fields);
    if (typeof row === 'string') broken.push({ message: row, at: { file, line } });
    else labels.push({ line, ...row });
  }
  const problems = [
    ...someProblems(broken, 'rows that are wrong'),
    ...someProblems(lengthProblems(labels, file), 'labels of a wrong length'),
    ...someProblems(repeatProblems(labels, file), 'rows that repeat another'),
  ];
  return { labels, problems };
}

/** The row, or what is wrong with it. */
function labelRow(fields: readonly string[]): Omit<LabelRow, 'line'> | string {
  const [name, labelName, label, ...others] = fields;
  if (!name || !labelName || !label || others.length > 0) {
    const filled = fields.filter((field) => field !== '').length;
    return `a row is «file name,task,label», but this one has ${counted(filled, 'field')}`;
  }
  const file = pathInDataset(name);
  if (file === undefined) return `«${name}» leads out of the data set; a path starts at the data set's folder`;
  const stranger = /[^ynm]/u.exec(label)?.[0];
  if (stranger !== undefined) return `the label «${label}» has «${stranger}», but each class is one of y, n and m`;
  const marked = label.split('y').length - 1;
  if (marked !== 1)
    return `the label «${label}» has ${marked === 0 ? 'no y' : `y ${marked} times`}, but one class is true`;
  if (label.length > MOST_CLASSES) return `the label has ${label.length} classes, more than ${MOST_CLASSES}`;
  return { file, task: taskOfLabelName(labelName), label, classIndex: label.indexOf('y') };
}

function lengthProblems(labels: readonly LabelRow[], file: string): Problem[] {
  const rowsByLength = new Map<string, Map<number, number>>();
  for (const { task, label } of labels) {
    const counts = rowsByLength.get(task) ?? new Map<number, number>();
    rowsByLength.set(task, counts.set(label.length, (counts.get(label.length) ?? 0) + 1));
  }
  const usual = new Map(
    Array.from(rowsByLength, ([task, counts]) => [task, [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))]),
  );
  return labels.flatMap(({ line, task, label }) => {
    const [length, rows] = usual.get(task) ?? [label.length, 0];
    if (label.length === length) return [];
    const message = `${task} has ${length} classes in ${rows} of its rows, but the label «${label}» has ${label.length}`;
    return [{ message, at: { file, line }, advice: `Give all labels of ${task} one character a class.` }];
  });
}

function repeatProblems(labels: readonly LabelRow[], file: string): Problem[] {
  const first = new Map<string, number>();
  return labels.flatMap((row) => {
    const key = `${row.task}\n${row.file}`;
    const line = first.get(key);
    if (line === undefined) {
      first.set(key, row.line);
      return [];
    }
    const at: Place = { file, line: row.line };
    return [
      {
        message: `${row.file} already has a label for ${row.task} in line ${line}`,
        at,
        advice: 'Keep one of the two rows.',
      },
    ];
  });
}
