import { createHash } from 'node:crypto';
import type { Split } from '../tables/task.ts';

/**
 * Shuffles rows and gives each a split. Rows of the same image get the same one, so that no image is both learnt from
 * and judged by; the validation split has `fraction` of the rows, or as many fewer as that costs. The seed and its path
 * alone decide where an image comes: one image more or another order of rows moves no other image, but for the one at the
 * border, across the split.
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
  const drawn = Array.from(byFile, ([file, same]) => ({ draw: draw(seed, file), same }));
  drawn.sort((a, b) => (a.draw < b.draw ? -1 : 1));

  let room = Math.round(rows.length * fraction);
  return drawn.flatMap(({ same }) => {
    const split = same.length <= room ? 'validation' : 'train';
    if (split === 'validation') room -= same.length;
    return same.sort((a, b) => (a.task < b.task ? -1 : 1)).map((row) => ({ ...row, split }));
  });
}

function draw(seed: number, file: string): string {
  return createHash('sha256').update(`${seed}\n${file}`).digest('hex');
}
