import type { Place, Problem } from '../problem.ts';
import type { CsvRow } from './csv.ts';
import { leadsOutOfDataset, pathInDataset } from './path-in-dataset.ts';
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
    if ('message' in row) broken.push({ ...row, at: { file, line } });
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
function labelRow(fields: readonly string[]): Omit<LabelRow, 'line'> | Problem {
  const [name, labelName, label, ...others] = fields;
  if (!name || !labelName || !label || others.length > 0) {
    const filled = fields.filter((field) => field !== '').length;
    return {
      message: `a row is «file name,task,label», but this one has ${counted(filled, 'field')}`,
      advice: 'Complete the row, or take it out.',
    };
  }
  const file = pathInDataset(name);
  if (file === undefined) return leadsOutOfDataset(name);
  const stranger = /[^ynm]/u.exec(label)?.[0];
  const marked = label.split('y').length - 1;
  const fault =
    stranger !== undefined
      ? `has «${stranger}», but each class is one of y, n and m`
      : marked !== 1
        ? `has ${marked === 0 ? 'no y' : `y ${marked} times`}, but one class is true`
        : undefined;
  if (fault !== undefined) {
    const advice = 'Mark the true class with y and all others with n, or m for «maybe»; or take the row out.';
    return { message: `the label «${label}» ${fault}`, advice };
  }
  if (label.length > MOST_CLASSES) {
    const advice = 'A label has one character a class; is this one?';
    return { message: `the label has ${label.length} classes, more than ${MOST_CLASSES}`, advice };
  }
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
