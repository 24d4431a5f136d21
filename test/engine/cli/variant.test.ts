import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { variantOf } from '../../../src/engine/cli/variant.ts';
import { ENGINE } from '../../support/session.ts';

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'pipeline-variant-')));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  write('project/sub/pipeline.yaml', '');
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function variant(file = 'project/sub/pipeline.yaml', more = {}) {
  return variantOf('name', { file: join(folder, file), set: [], json: false, color: false, engine: ENGINE, ...more });
}

test('a project is its pipeline file on this machine, by whichever symbolic link it is reached', () => {
  symlinkSync('project', join(folder, 'link'));
  const expected = { host: hostname(), file: join(folder, 'project/sub/pipeline.yaml'), pipeline: 'name' };
  expect(variant()).toMatchObject(expected);
  expect(variant('link/sub/pipeline.yaml')).toMatchObject(expected);
});

test('its variant is the profile, and whether params were set on the command line', () => {
  expect(variant()).toMatchObject({ profile: null, set: false });
  expect(variant(undefined, { profile: 'big', set: ['a=1'] })).toMatchObject({ profile: 'big', set: true });
});

test.each([
  ['a repository', { 'project/.git/HEAD': 'ref: refs/heads/feature/a\n' }, 'feature/a'],
  ['a worktree', { 'project/.git': 'gitdir: ../main/x\n', 'main/x/HEAD': 'ref: refs/heads/b\n' }, 'b'],
  ['a repository with a detached HEAD', { 'project/.git/HEAD': `${'0'.repeat(40)}\n` }, null],
  ['a folder with a corrupted repository', { 'project/.git': 'x' }, null],
])('the branch in %s', (_where, files, branch) => {
  for (const [path, text] of Object.entries(files)) write(path, text);
  expect(variant().branch).toBe(branch);
});
