import { quoted } from '../../../shared/wording.ts';
import type { Split } from '../tables/task.ts';
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

/**
 * Returns the split of each image, given that of each label file, and a finding for each row that labels an image of
 * another split.
 */
export function splitsByFile(
  labels: readonly LabelRow[],
  splitOf: ReadonlyMap<string, Split | undefined>,
): { readonly splits: ReadonlyMap<string, Split>; readonly findings: readonly Finding[] } {
  const splits = new Map<string, Split>();
  const findings = labels.flatMap(({ file, csv, place }): Finding[] => {
    const split = splitOf.get(csv.file);
    const earlier = splits.get(file) ?? split;
    if (split === undefined || earlier === undefined) return [];
    splits.set(file, earlier);
    if (earlier === split) return [];
    const message = `${quoted(file)} is labelled for the split ${split}, and in another file for ${earlier}`;
    return [{ kind: 'invalid splits', message, at: place(), advice: 'Keep the labels of an image in one split.' }];
  });
  return { splits, findings };
}
