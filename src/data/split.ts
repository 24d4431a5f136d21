import { permutation } from './permutation.ts';
import type { Split } from './task.ts';

/**
 * Shuffles rows and gives each a split. Rows of the same image get the same one, so that no image is both learnt from
 * and judged by; the validation split has `fraction` of the rows, or as many fewer as that costs.
 */
export function shuffleAndSplit<Row extends { readonly file: string }>(
  rows: readonly Row[],
  options: { readonly seed: number; readonly fraction: number },
): readonly (Row & { readonly split: Split })[] {
  const shuffled = Array.from(permutation(rows.length, options.seed, 0)).flatMap((index) => rows[index] ?? []);
  const rowsByFile = new Map<string, number>();
  for (const { file } of shuffled) rowsByFile.set(file, (rowsByFile.get(file) ?? 0) + 1);

  let room = Math.round(rows.length * options.fraction);
  const validation = new Set<string>();
  for (const [file, count] of rowsByFile) {
    if (count > room) continue;
    validation.add(file);
    room -= count;
  }
  return shuffled.map((row) => ({ ...row, split: validation.has(row.file) ? 'validation' : 'train' }));
}
