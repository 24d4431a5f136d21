import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../src/shared/parse-json.ts';
import { readText } from '../../src/shared/read-file.ts';
import { temporaryFolder } from '../support/dataset.ts';

describe('reading a file', () => {
  test('returns its text, also of a file in /proc, whose size is unknown', () => {
    const file = join(temporaryFolder(), 'a');
    writeFileSync(file, 'ü'.repeat(1000));
    expect(readText(file, 'lock')).toEqual({ ok: true, value: 'ü'.repeat(1000) });
    expect(readText('/proc/self/cmdline', 'manifest')).toMatchObject({ value: expect.stringContaining('node') });
  });

  test.each<[string, (path: string) => void, string]>([
    ['nothing', () => undefined, 'there is no such file or folder'],
    ['a folder', (path) => mkdirSync(path), 'it is a folder'],
    ['a pipe', (path) => void execFileSync('mkfifo', [path]), 'it is a named pipe, not a regular file'],
    ['a link', (path) => symlinkSync('/etc/passwd', path), 'it is a symbolic link'],
    ['a file that is too large', (path) => truncate(path, 1e10), 'it has 10.0 GB; at most 4.0 kB are read'],
  ])('says what is in its place: %s', (_what, make, reason) => {
    const file = join(temporaryFolder(), 'a');
    make(file);
    expect(readText(file, 'lock')).toMatchObject({ ok: false, failure: { reason } });
  });

  test('never reads a device, even through a link that is followed', () => {
    const file = join(temporaryFolder(), 'a');
    symlinkSync('/dev/zero', file);
    expect(readText(file, 'lock', 'follow')).toMatchObject({
      failure: { reason: 'it is a device, not a regular file' },
    });
  });
});

function truncate(path: string, size: number): void {
  writeFileSync(path, '');
  truncateSync(path, size);
}

test('JSON is parsed up to a depth that no recursion overflows at', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  expect(parseJson('{"a":[1,{"b":null}]}')).toEqual({ value: { a: [1, { b: null }] } });
  expect(parseJson(nested(200))).toBeDefined();
  expect(parseJson(nested(201))).toBeUndefined();
  expect(parseJson(nested(1_000_000))).toBeUndefined();
});
