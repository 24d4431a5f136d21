import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { githubAnnotations } from '../../../../src/engine/report/ci/annotations.ts';
import { temporaryFolder } from '../../../support/dataset.ts';

function clone(): string {
  const workspace = temporaryFolder();
  mkdirSync(join(workspace, 'project'));
  writeFileSync(join(workspace, 'project/pipeline.yaml'), 'stages:\n');
  return workspace;
}

test('GitHub shows a problem beside the line that it is about, by its path in the clone', () => {
  const workspace = clone();
  const folders = { workspace, folders: [join(workspace, 'project')] };
  const at = { file: 'pipeline.yaml', line: 2, column: 3, length: 4 };
  expect(
    githubAnnotations([{ message: 'no such stage', at, advice: 'Name another.' }], 'error', 'train', folders),
  ).toBe('::error file=project/pipeline.yaml,line=2,col=3,endColumn=7,title=train::no such stage%0A→ Name another.\n');
});

test('a place that is no file of the clone is a part of the message', () => {
  const workspace = clone();
  const folders = { workspace: join(workspace, 'project'), folders: [workspace] };
  writeFileSync(join(workspace, 'outside.csv'), '');
  const problems = [
    { message: 'unknown', at: { file: '--set a=1' } },
    { message: 'bad row', at: { file: 'outside.csv', line: 1 } },
  ];
  expect(githubAnnotations(problems, 'warning', 'pipeline', folders)).toBe(
    '::warning title=pipeline::--set a=1: unknown\n::warning title=pipeline::outside.csv: bad row\n',
  );
});

test('no text of a problem is a property or another command', () => {
  const workspace = clone();
  const folders = { workspace, folders: [workspace] };
  const message = 'a%b\r\n::set-env name=X::y\u001b[2J';
  expect(githubAnnotations([{ message }], 'error', 'x::, file=/etc/passwd\n', folders)).toBe(
    '::error title=x%3A%3A%2C file=/etc/passwd%0A::a%25b\\x0d%0A::set-env name=X::y\\x1b[2J\n',
  );
});

test('of more problems than GitHub shows, the last annotation says how many are left', () => {
  const workspace = clone();
  const problems = Array.from({ length: 12 }, (_, index) => ({ message: `problem ${index}` }));
  const lines = githubAnnotations(problems, 'error', 'train', { workspace, folders: [] }).trim().split('\n');
  expect(lines).toHaveLength(10);
  expect(lines.at(-1)).toBe('::error title=train::3 more; the log has all of them');
});
