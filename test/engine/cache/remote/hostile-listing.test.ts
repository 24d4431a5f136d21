import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { receiveContent } from '../../../../src/engine/cache/remote/receive-content.ts';
import { textBlob } from '../../../../src/engine/cache/remote/send-content.ts';
import type { Listing, Transport } from '../../../../src/engine/cache/remote/transport.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipeline-listing-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

/** Receives a directory with this list of files, whose bytes are those of one blob. */
async function receive(listing: unknown, bytes: string): Promise<boolean> {
  const blobs = [textBlob(JSON.stringify(listing)), textBlob(bytes)] as const;
  const transport: Transport = { kind: 'directory', listing: blobs[0], pieces: bytes === '' ? [] : [blobs[1]] };
  return receiveContent(
    join(folder, 'content'),
    transport,
    (parts, action) => Promise.all(parts.map(action)),
    async ({ digest }, openSink) => {
      const blob = blobs.find((each) => each.digest === digest);
      await openSink()(blob?.open() as Uint8Array);
      return true;
    },
  );
}

test('a list of files is followed: small files, empty ones, and empty directories', async () => {
  const listing: Listing = {
    files: [
      ['a.txt', 2],
      ['inner/b.txt', 3],
      ['nothing', 0],
    ],
    emptyDirectories: ['empty/inside'],
  };
  expect(await receive(listing, '11222')).toBe(true);
  expect(readFileSync(join(folder, 'content/inner/b.txt'), 'utf8')).toBe('222');
  expect(readFileSync(join(folder, 'content/nothing'), 'utf8')).toBe('');
  expect(readdirSync(join(folder, 'content/empty'))).toEqual(['inside']);
});

test.each<[string, unknown]>([
  ['a path with ".."', { files: [['../outside', 4]], emptyDirectories: [] }],
  ['an absolute path', { files: [['/tmp/outside', 4]], emptyDirectories: [] }],
  ['a path with a backslash that leads out', { files: [['..\\outside', 4]], emptyDirectories: [] }],
  ['an empty directory outside', { files: [['a', 4]], emptyDirectories: ['../outside'] }],
  [
    'the same file twice',
    {
      files: [
        ['a', 2],
        ['a', 2],
      ],
      emptyDirectories: [],
    },
  ],
  [
    'a file below a file',
    {
      files: [
        ['a', 2],
        ['a/b', 2],
      ],
      emptyDirectories: [],
    },
  ],
  ['a negative size', { files: [['a', -4]], emptyDirectories: [] }],
  ['another number of bytes than its blobs have', { files: [['a', 5]], emptyDirectories: [] }],
  ['no files', { emptyDirectories: [] }],
  ['no list at all', 'text'],
])('a list of files with %s is refused, and nothing is written outside of the content', async (_what, listing) => {
  await expect(receive(listing, 'text')).rejects.toThrow();
  expect(existsSync(join(folder, 'outside'))).toBe(false);
  expect(readdirSync(folder).filter((name) => name !== 'content')).toEqual([]);
});
