import { expect, test } from 'vitest';
import { compareListings } from '../../../src/engine/fingerprint/compare-listings.ts';
import { sha256 } from '../../../src/engine/fingerprint/digest.ts';
import { FileList } from '../../../src/engine/fingerprint/file-list.ts';

/** Parses `a=1 b=2` into a listing: file names with their content. */
function listing(files: string): FileList {
  return FileList.of(
    files
      .split(' ')
      .filter(Boolean)
      .map((file) => ({ path: file.split('=')[0] ?? '', digest: sha256(file.split('=')[1] ?? '') })),
  );
}

test.each([
  ['a=1 b=2', 'a=1 b=3', '1 file changed: b'],
  ['a=1', 'a=1 b=2', '1 file new: b'],
  ['a=1 b=2', 'a=1', '1 file removed: b'],
  ['a=1 b=2', 'a=1 c=2', '1 file renamed: b → c'],
  ['a=1 b=1', 'c=1 d=1', '2 files renamed: a → c, b → d'],
  ['a=1 b=2 c=3 d=4', 'a=9 b=9 c=9 e=5', '3 files changed, 1 new, 1 removed: a, b, c, …'],
  ['a=1 b=1', 'b=1 c=1', '1 file renamed: a → c'],
  ['a=1', 'a=1', 'empty folders differ'],
  ['', `${'deep/'.repeat(20)}a.jpg=1`, `1 file new: …${'deep/'.repeat(20).slice(-34)}a.jpg`],
])('the change from "%s" to "%s" is described as "%s"', (before, now, words) => {
  expect(compareListings(listing(before), listing(now))).toBe(words);
});
