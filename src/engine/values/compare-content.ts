import { join } from 'node:path';
import type { FileValues, ValueReader } from '../../shared/extensions/values.ts';
import { readFrom } from '../../shared/files.ts';
import { differingFiles, type LocatedTree } from '../execute/content-difference.ts';
import { compareValues, larger, NO_DIFFERENCES, type ValueDifferences } from './compare-values.ts';
import { readValues } from './registry.ts';

const HEAD_BYTES = 8192;

/**
 * Compares two contents by value: the numbers of all files, and everything else, which must be equal. Returns the first
 * difference of another kind, or how far the numbers differ.
 *
 * @param output the file name of the output: `history.json`.
 */
export async function compareContent(
  expected: LocatedTree,
  found: LocatedTree,
  output: string,
  registered: readonly ValueReader[],
): Promise<ValueDifferences> {
  if (expected.tree.kind !== found.tree.kind)
    return { kind: 'other', file: '', what: `it is a ${found.tree.kind}, but a ${expected.tree.kind} is expected` };
  const differing = [...differingFiles(expected.tree, found.tree)];
  if (differing.length === 0 && expected.tree.digest !== found.tree.digest)
    return { kind: 'other', file: '', what: 'it has other empty directories' };
  let sum = NO_DIFFERENCES;
  for (const { kind, file } of differing) {
    if (kind === 'missing-file') return { kind: 'other', file, what: 'it is missing' };
    if (kind === 'added-file') return { kind: 'other', file, what: 'it is an additional file' };
    const valuesIn = ({ path }: LocatedTree): Promise<FileValues | undefined> => {
      const whole = join(path, file);
      return readValues({ name: join(output, file), path: whole, head: readFrom(whole, 0, HEAD_BYTES) }, registered);
    };
    const [a, b] = [await valuesIn(expected), await valuesIn(found)];
    if (a === undefined || b === undefined)
      return { kind: 'other', file, what: 'its bytes differ, and no values can be read from it' };
    const compared = compareValues(a, b, file);
    if (compared.kind === 'other') return compared;
    sum = larger(sum, compared);
  }
  return sum;
}
