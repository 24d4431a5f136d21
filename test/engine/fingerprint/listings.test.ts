import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/engine/fingerprint/digest.ts';
import { nowInNanoseconds } from '../../../src/engine/fingerprint/file-facts.ts';
import { Listings, packageText, readListing } from '../../../src/engine/fingerprint/listings.ts';
import { digestTree } from '../../../src/engine/fingerprint/tree.ts';
import { listingOf } from '../../../src/engine/fingerprint/tree-listing.ts';
import { walk } from '../../../src/engine/fingerprint/walk.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { unwrap } from '../../support/result.ts';

const DIGEST = sha256('content');

let folder: string;
let listings: Listings;

beforeEach(() => {
  folder = temporaryFolder();
  listings = new Listings(join(folder, 'listings'));
});

/** Keeps a text by its digest. Returns what is read of it. */
function readBack(text: string): string[] | undefined {
  listings.keepText(sha256(text), text);
  const list = readListing(listings.pathOf(sha256(text)));
  return list && [...list].map(({ path, digest }) => `${path} ${digest}`);
}

describe('the listing of a directory', () => {
  test('is the text whose digest is that of the directory, empty folders included', () => {
    const root = join(folder, 'root');
    for (const name of ['a/ü', 'b', 'c/d']) mkdirSync(join(root, name), { recursive: true });
    for (const name of ['a/1', 'a/ü/2', '3']) writeFileSync(join(root, name), name);
    const walked = walk(root, 'followed', nowInNanoseconds(), () => undefined);
    const tree = unwrap(digestTree(root));
    const text = [...listingOf({ ...walked, table: tree.files })].map(String).join('');
    expect(text).toBe(
      [
        'tree',
        ...['3', 'a/1', 'a/ü/2'].map((name) => `file ${sha256(name)} ${name}`),
        'directory b',
        'directory c/d',
      ].join('\0'),
    );
    expect(sha256(text)).toBe(tree.digest);
  });

  test('is read as it was kept if it is far longer than what is read at a time', () => {
    const files = Array.from({ length: 5000 }, (_, index) => `${'ä'.repeat(index % 200)}/${index}`);
    const entries = files.map((path) => `${path} ${sha256(path)}`);
    expect(readBack(['tree', ...files.map((path) => `file ${sha256(path)} ${path}`)].join('\0'))).toEqual(entries);
  });

  test('is read without the entries that are no files', () => {
    const [upper, short] = [DIGEST.replace(/^./, 'g'), DIGEST.slice(1)];
    const entries = [
      'tree',
      `file ${DIGEST} a`,
      'directory b',
      `file ${upper} c`,
      `file ${short} d`,
      'file',
      '',
      `file ${DIGEST} e`,
    ];
    expect(readBack(entries.join('\0'))).toEqual([`a ${DIGEST}`, `e ${DIGEST}`]);
  });

  test('is that of no files if it has none', () => {
    expect(readBack('tree')).toEqual([]);
    expect(readBack('tree\0directory a')).toEqual([]);
  });

  test('is not read if its path is longer than any can be', () => {
    expect(readBack(`tree\0file ${DIGEST} ${'a'.repeat(1 << 20)}`)).toBeUndefined();
  });
});

test('the listing of a package is read, too', () => {
  expect(readBack(packageText(new Map([['index.js', DIGEST]]), []))).toEqual([`index.js ${DIGEST}`]);
});

test.each(['', 'text', '[', '1', '[]', '{}', '[[1,null,["a"],["a","b"],[1,2]]]'])(
  'a text under its own digest that is no listing has no files: %j',
  (text) => {
    expect(readBack(text) ?? []).toEqual([]);
  },
);

test.each(['tree\0file', packageText(new Map([['index.js', DIGEST]]), [])])(
  'a listing that is cut short is not read, and is kept anew: %j',
  (text) => {
    const digest = sha256(text);
    listings.keepText(digest, text);
    expect(listings.has(digest)).toBe(true);
    truncateSync(listings.pathOf(digest), text.length - 1);
    expect(listings.has(digest)).toBe(false);
    expect(listings.find(digest)).toBeUndefined();
    listings.keepText(digest, text);
    expect(listings.has(digest)).toBe(true);
    expect(listings.find(digest)).toBeDefined();
  },
);
