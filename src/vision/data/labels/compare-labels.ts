import type { Finding } from './findings.ts';
import { FIELD, type LabelRow, type TaskRow } from './label-rows.ts';

/** Labels whose length is not that of most labels of their task. */
export function findOddLengths(labels: readonly LabelRow[]): readonly Finding[] {
  const rowsByLength = new Map<string, Map<number, number>>();
  for (const { task, label } of labels) {
    const counts = rowsByLength.get(task) ?? new Map<number, number>();
    rowsByLength.set(task, counts.set(label.length, (counts.get(label.length) ?? 0) + 1));
  }
  const usual = new Map(
    Array.from(rowsByLength, ([task, counts]) => [task, [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))]),
  );
  return labels.flatMap(({ csv, row, task, label }) => {
    const [length, rows] = usual.get(task) ?? [label.length, 0];
    if (label.length === length) return [];
    const message = `${task} has ${length} classes in ${rows} of its rows, but the label «${label}» has ${label.length}`;
    const advice = `Give all labels of ${task} one character a class.`;
    return [{ kind: 'labels of a wrong length', message, at: csv.place(row, FIELD.label), advice }];
  });
}

/** Rows that label an image for a task once more. */
export function findRepeats(rows: readonly TaskRow[]): readonly Finding[] {
  const first = new Map<string, TaskRow>();
  return rows.flatMap((again) => {
    const key = `${again.task}\n${again.file}`;
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, again);
      return [];
    }
    const where = earlier.csv === again.csv ? `line ${earlier.row.line}` : `${earlier.csv.file}:${earlier.row.line}`;
    const which = earlier.label === again.label ? 'the same label' : `the label «${earlier.label}»`;
    return [
      {
        kind: 'rows that repeat another',
        message: `${again.file} already has ${which} for ${again.task} in ${where}`,
        at: again.csv.place(again.row),
        advice: 'Keep one of the two rows.',
      },
    ];
  });
}
