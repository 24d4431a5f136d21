import type { Finding } from './findings.ts';
import { FIELD, type LabelRow, type TaskRow } from './label-rows.ts';

/** Returns a finding for each label whose length differs from that of most labels of its task. */
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
    const message = `the label "${label}" has ${label.length} characters, but ${rows} rows of the task "${task}" have ${length}`;
    const advice = 'Give every label of the task one character per class.';
    return [{ kind: 'labels of the wrong length', message, at: csv.place(row, FIELD.label), advice }];
  });
}

/** Returns a finding for each row that labels an image for a task that an earlier row has labelled already. */
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
    const which = earlier.label === again.label ? 'the same label' : `the label "${earlier.label}"`;
    return [
      {
        kind: 'duplicate rows',
        message: `"${again.file}" already has ${which} for the task "${again.task}" in ${where}`,
        at: again.csv.place(again.row),
        advice: 'Keep one of the two rows.',
      },
    ];
  });
}
