import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  abandoned,
  freshDirectory,
  removeAbandoned,
} from '../../../../src/engine/cache/housekeeping/fresh-directory.ts';
import { deadHandle, foreignHandle, reusedHandle } from '../../../support/handles.ts';
import { unwrap } from '../../../support/result.ts';

let folder: string;
let cache: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipeline-fresh-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cache = join(folder, 'cache');
  mkdirSync(cache);
});

/** Creates the directory that a process leaves if it is killed while verifying. */
function left(holder: string): string {
  const path = `${cache}.verify.${holder}`;
  mkdirSync(join(path, 'objects'), { recursive: true });
  writeFileSync(join(path, 'objects/x'), 'x');
  return path;
}

describe('the directory for a fresh cache', () => {
  test('is created empty beside the cache and removed afterwards', () => {
    const fresh = unwrap(freshDirectory(cache, undefined));
    expect(readdirSync(folder)).toHaveLength(2);
    expect(readdirSync(fresh.path)).toEqual([]);
    writeFileSync(join(fresh.path, 'x'), 'x');
    fresh.release();
    expect(readdirSync(folder)).toEqual(['cache']);
  });

  test('is kept if the user named it', () => {
    const fresh = unwrap(freshDirectory(cache, join(folder, 'a/b')));
    fresh.release();
    expect(existsSync(join(folder, 'a/b'))).toBe(true);
  });

  test('is refused if the user named a directory that is not empty, or a file', () => {
    writeFileSync(join(cache, 'x'), 'x');
    expect(freshDirectory(cache, cache)).toMatchObject({
      failure: [{ message: 'the folder for the fresh cache is not empty' }],
    });
    expect(freshDirectory(cache, join(cache, 'x'))).toMatchObject({
      failure: [{ message: 'cannot create the fresh cache: EEXIST' }],
    });
  });
});

describe('the fresh directory of a killed process', () => {
  test('is found and removed by a later process', () => {
    const path = left(deadHandle());
    const reused = left(reusedHandle());
    expect(abandoned(cache)).toEqual([path, reused].sort());
    expect(removeAbandoned(cache)).toEqual([path, reused].sort());
    expect(readdirSync(folder)).toEqual(['cache']);
  });

  test('is distinguished from directories in use, of another machine or cache, and from unrelated files', () => {
    const fresh = unwrap(freshDirectory(cache, undefined));
    left(foreignHandle());
    mkdirSync(join(folder, 'cache.verify.notes'));
    mkdirSync(join(folder, `cache2.verify.${deadHandle()}`));
    expect(abandoned(cache)).toEqual([]);
    expect(abandoned(join(folder, 'none/cache'))).toEqual([]);
    fresh.release();
  });
});
