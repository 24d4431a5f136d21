import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { FileDigests } from '../../../src/engine/fingerprint/file-digests.ts';
import { digestTree, type TreeFilter } from '../../../src/engine/fingerprint/tree.ts';
import { unwrap } from '../../support/result.ts';

let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pipeline-tree-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  folder = join(root, 'folder');
  mkdirSync(join(folder, 'inner'), { recursive: true });
  writeFileSync(join(folder, 'a.txt'), 'a');
  writeFileSync(join(folder, 'inner/b.txt'), 'b');
});

async function digest(path = folder, filter?: TreeFilter): Promise<string> {
  return unwrap(digestTree(path, filter)).digest;
}

describe('the digest of an input', () => {
  test.each<[string, () => void]>([
    ['the content of a file', () => writeFileSync(join(folder, 'a.txt'), 'A')],
    ['the name of a file', () => renameSync(join(folder, 'a.txt'), join(folder, 'c.txt'))],
    ['the folder of a file', () => renameSync(join(folder, 'a.txt'), join(folder, 'inner/a.txt'))],
    ['an added file', () => writeFileSync(join(folder, 'c.txt'), '')],
    ['a removed file', () => rmSync(join(folder, 'a.txt'))],
    ['an added empty directory', () => mkdirSync(join(folder, 'empty'))],
  ])('changes with %s', async (_what, edit) => {
    const before = await digest();
    edit();
    expect(await digest()).not.toBe(before);
  });

  test.each<[string, () => void]>([
    ['the time of a file', () => utimesSync(join(folder, 'a.txt'), 1, 1)],
    ['its permissions', () => chmodSync(join(folder, 'a.txt'), 0o755)],
    [
      'a file becoming a link to the same content',
      () => {
        renameSync(join(folder, 'a.txt'), join(root, 'elsewhere.txt'));
        symlinkSync(join(root, 'elsewhere.txt'), join(folder, 'a.txt'));
      },
    ],
  ])('does not change with %s', async (_what, edit) => {
    const before = await digest();
    edit();
    expect(await digest()).toBe(before);
  });

  test('does not change if the folder is moved', async () => {
    const before = await digest();
    renameSync(folder, join(root, 'moved'));
    expect(await digest(join(root, 'moved'))).toBe(before);
  });

  test('is computed although a symbolic link points to an ancestor', async () => {
    symlinkSync('..', join(folder, 'inner/up'));
    expect(await digest()).toMatch(/^[0-9a-f]{64}$/);
  });

  test('covers only the files that match include and exclude', async () => {
    const filter = { include: ['**/*.txt'], exclude: ['inner/**'] };
    const before = await digest(folder, filter);
    writeFileSync(join(folder, 'inner/b.txt'), 'B');
    writeFileSync(join(folder, 'c.jpg'), '');
    expect(await digest(folder, filter)).toBe(before);
    writeFileSync(join(folder, 'a.txt'), 'A');
    expect(await digest(folder, filter)).not.toBe(before);
  });

  test('is the SHA-256 of the bytes of a file', async () => {
    expect(await digest(join(folder, 'a.txt'))).toBe(
      'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
    );
  });

  test('is a problem that names the path if nothing is there', async () => {
    const tree = digestTree(join(root, 'nowhere'));
    expect(tree).toMatchObject({ ok: false, failure: [{ message: 'there is no such file or directory' }] });
  });

  test('is a problem that names the link if there is a broken symbolic link inside', async () => {
    symlinkSync('nowhere', join(folder, 'broken'));
    const tree = digestTree(folder);
    expect(tree).toMatchObject({ ok: false, failure: [{ at: { file: join(folder, 'broken') } }] });
  });
});

describe('the remembered digests of files', () => {
  const store = () => join(root, 'files.json');

  test('are not used for a file with other content of the same size and time', async () => {
    const file = join(folder, 'a.txt');
    const { atime, mtime } = statSync(file);
    const first = new FileDigests(store());
    const before = first.of(file);
    first.save();
    writeFileSync(file, 'z');
    utimesSync(file, atime, mtime);
    expect(new FileDigests(store()).of(file)).not.toBe(before);
  });

  test('are computed again if the store is corrupted', async () => {
    const first = new FileDigests(store());
    const before = first.of(join(folder, 'a.txt'));
    first.save();
    writeFileSync(store(), '{"version":1,"entr');
    expect(new FileDigests(store()).of(join(folder, 'a.txt'))).toBe(before);
  });
});
