import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  isTemporary,
  replaceAtomically,
  temporaryFor,
  updateAtomically,
  writeAtomically,
} from '../../src/shared/atomic-write.ts';
import { makeDirectory } from '../../src/shared/files.ts';

let folder: string;
const at = (name: string) => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipeline-atomic-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

describe('a temporary name', () => {
  test('differs each time, lies beside its path and is recognised', () => {
    const names = Array.from({ length: 100 }, () => temporaryFor('/a/b.json'));
    expect(new Set(names).size).toBe(100);
    for (const name of names) {
      expect(name).toMatch(/^\/a\/b\.json\.tmp-[0-9a-f]{16}$/);
      expect(isTemporary(name)).toBe(true);
    }
    expect(['/a/b.json', '/a/b.json.1', '/a/tmp-1'].filter(isTemporary)).toEqual([]);
  });

  test('is short enough beside a path whose name is as long as a name can be', () => {
    for (const name of ['x'.repeat(255), 'ü'.repeat(127)]) {
      writeAtomically(at(name), 'content');
      expect(readFileSync(at(name), 'utf8')).toBe('content');
    }
  });
});

describe('a file that is replaced atomically', () => {
  test('is complete or the old one, and leaves no temporary file if it fails', () => {
    writeFileSync(at('file'), 'old');
    const fill = (temporary: string) => {
      writeFileSync(temporary, 'half of');
      expect(readFileSync(at('file'), 'utf8')).toBe('old');
      throw new Error('the disk is full');
    };
    expect(() => replaceAtomically(at('file'), fill)).toThrow('the disk is full');
    expect(readFileSync(at('file'), 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  test('may take the place of a directory, and a directory that of a file or another directory', () => {
    mkdirSync(at('place/inner'), { recursive: true });
    writeAtomically(at('place'), 'file');
    expect(readFileSync(at('place'), 'utf8')).toBe('file');
    const fill = (temporary: string) => makeDirectory(join(temporary, 'new'));
    replaceAtomically(at('place'), fill);
    writeFileSync(at('place/old'), '');
    replaceAtomically(at('place'), fill);
    expect(readdirSync(folder, { recursive: true })).toEqual(['place', 'place/new']);
  });
});

describe("a file of the user's", () => {
  test('keeps its permissions', () => {
    for (const mode of [0o600, 0o664]) {
      writeFileSync(at('file'), 'old');
      chmodSync(at('file'), mode);
      updateAtomically(at('file'), 'new');
      expect(statSync(at('file')).mode & 0o777).toBe(mode);
      expect(readFileSync(at('file'), 'utf8')).toBe('new');
    }
  });

  test('is written where a symbolic link leads, whether or not there is a file yet', () => {
    mkdirSync(at('elsewhere'));
    symlinkSync('elsewhere/target', at('link'));
    symlinkSync('link', at('second'));
    for (const content of ['first', 'second']) {
      updateAtomically(at('second'), content);
      expect(readFileSync(at('elsewhere/target'), 'utf8')).toBe(content);
      expect(readlinkSync(at('link'))).toBe('elsewhere/target');
      expect(readdirSync(at('elsewhere'))).toEqual(['target']);
    }
  });

  test('never replaces a directory', () => {
    mkdirSync(at('place'));
    expect(() => updateAtomically(at('place'), 'x')).toThrow('EISDIR');
    expect(lstatSync(at('place')).isDirectory()).toBe(true);
    expect(readdirSync(folder)).toEqual(['place']);
  });
});

test('makeDirectory creates missing parents, returns the first one, and ends where nothing can be created', () => {
  expect(makeDirectory(at('a/b/c'))).toBe(at('a'));
  expect(makeDirectory(at('a/b/d'))).toBe(at('a/b/d'));
  expect(makeDirectory(at('a/b'))).toBeUndefined();
  expect(() => makeDirectory('/proc/x/y')).toThrow('ENOENT');
  writeFileSync(at('file'), '');
  expect(() => makeDirectory(at('file'))).toThrow('EEXIST');
});
