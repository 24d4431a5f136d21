import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { LocalStore } from '../../../src/engine/cache/local/local-store.ts';
import { InputViews } from '../../../src/engine/execute/input-views.ts';
import type { FoundInput } from '../../../src/engine/execute/request-inputs.ts';
import { sha256 } from '../../../src/engine/fingerprint/digest.ts';
import { SealedTrees } from '../../../src/engine/fingerprint/sealed-trees.ts';
import { Threads } from '../../../src/engine/fingerprint/threads.ts';
import { Trees } from '../../../src/engine/fingerprint/trees.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { unwrap } from '../../support/result.ts';
import { localStore } from '../../support/results.ts';

const FILTER = { include: ['*.txt'], exclude: [] };

/** Calls a function for each file that is linked. */
class WatchedPaths extends Trees {
  onLink: (path: string) => void = () => undefined;

  override whileLinking(path: string, change: () => void): void {
    super.whileLinking(path, change);
    this.onLink(path);
  }
}

let folder: string;
let directory: string;
let paths: WatchedPaths;
let cancel: AbortController;
let input: FoundInput;
let contents: LocalStore;

beforeEach(async () => {
  folder = temporaryFolder();
  const root = temporaryFolder();
  directory = join(root, 'inputs');
  for (const name of ['a.txt', 'b.txt', 'c.txt', 'd.bin']) writeFileSync(join(folder, name), name);
  paths = new WatchedPaths(new SealedTrees(join(root, 'trees')), join(root, 'files'), new Threads(undefined));
  contents = localStore(root, 'cache');
  cancel = new AbortController();
  const { digest } = unwrap(await paths.of(folder, { filter: FILTER }));
  const from = { kind: 'path', at: { root: 'machine', path: folder }, digest, filter: FILTER } as const;
  input = { input: 'texts', from, path: folder, handed: folder, place: 'texts' };
});

const views = () =>
  new InputViews(directory, {
    paths,
    contents,
    log: () => undefined,
    watch: () => () => undefined,
    signal: cancel.signal,
  });

describe('the view of a filtered folder', () => {
  test('has the files that count, and is deleted with all that was put into it', async () => {
    const made = views();
    const [handed] = unwrap(await made.make('s', [input]));
    expect(readdirSync(handed?.handed ?? '')).toEqual(['a.txt', 'b.txt', 'c.txt']);
    writeFileSync(join(handed?.handed ?? '', 'new'), '');
    await made.remove();
    expect(existsSync(directory)).toBe(false);
    expect(readdirSync(folder)).toEqual(['a.txt', 'b.txt', 'c.txt', 'd.bin']);
  });

  test('is not completed when the run is cancelled meanwhile, and is deleted', async () => {
    paths.onLink = () => cancel.abort();
    const made = views();
    expect(await made.make('s', [input])).toEqual({ ok: false, failure: 'cancelled' });
    expect(statSync(join(folder, 'a.txt')).nlink + statSync(join(folder, 'b.txt')).nlink).toBe(3);
    await made.remove();
    expect(existsSync(directory)).toBe(false);
    expect(statSync(join(folder, 'a.txt')).nlink).toBe(1);
  });

  test('is not made of a folder that has changed since its digest was computed', async () => {
    writeFileSync(join(folder, 'e.txt'), '');
    const message = 'input "texts" of stage "s" changed while the stage was reading it';
    expect(await views().make('s', [input])).toMatchObject({ ok: false, failure: { problems: [{ message }] } });
  });

  test('names the file that was deleted while the view was made', async () => {
    paths.onLink = () => rmSync(join(folder, 'b.txt'), { force: true });
    const message = 'cannot read a file of input "texts": there is no such file or folder';
    expect(await views().make('s', [input])).toMatchObject({
      ok: false,
      failure: { kind: 'bad-input', problems: [{ message, at: { file: join(folder, 'b.txt') } }] },
    });
  });

  test('is not made if an artifact beside it was deleted meanwhile', async () => {
    const digest = sha256('gone');
    const path = join(folder, 'gone');
    const from = { kind: 'artifact', digest, producer: 'make.table', file: 'table.csv' } as const;
    const artifact = { input: 'table', from, path, handed: path, place: 'table' };
    const made = views();
    expect(await made.make('s', [input, artifact])).toMatchObject({ ok: false });
    await made.remove();
    expect(existsSync(directory)).toBe(false);
  });

  test('replaces what a killed attempt has left', async () => {
    unwrap(await views().make('s', [input]));
    expect((await views().make('s', [input])).ok).toBe(true);
  });
});
