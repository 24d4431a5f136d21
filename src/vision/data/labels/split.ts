import { createHash } from 'node:crypto';
import type { Split } from '../tables/task.ts';

/**
 * Shuffles rows and assigns each to a split. All rows of an image get the same split, so that no image is used both for
 * training and for validation; the validation split therefore has `fraction` of the rows or slightly fewer. The position
 * of an image depends on nothing but the seed and its path: adding or removing an image moves at most the image at the
 * border to the other split, and the order of the rows does not matter.
 */
export function shuffleAndSplit<Row extends { readonly file: string; readonly task: string }>(
  rows: readonly Row[],
  { seed, fraction }: { readonly seed: number; readonly fraction: number },
): readonly (Row & { readonly split: Split })[] {
  const byFile = new Map<string, Row[]>();
  for (const row of rows) {
    const same = byFile.get(row.file);
    if (same === undefined) byFile.set(row.file, [row]);
    else same.push(row);
  }
  const shuffled = Array.from(byFile, ([file, same]) => ({ key: sortKey(seed, file), same }));
  shuffled.sort((a, b) => (a.key < b.key ? -1 : 1));

  let remaining = Math.round(rows.length * fraction);
  return shuffled.flatMap(({ same }) => {
    const split = same.length <= remaining ? 'validation' : 'train';
    if (split === 'validation') remaining -= same.length;
    return same.sort((a, b) => (a.task < b.task ? -1 : 1)).map((row) => ({ ...row, split }));
  });
}

function sortKey(seed: number, file: string): string {
  return createHash('sha256').update(`${seed}\n${file}`).digest('hex');
}
