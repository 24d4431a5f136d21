import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { Project } from '../../support/project.ts';

const EXAMPLE = resolve(import.meta.dirname, '../../../examples/languages');
const hasPython = spawnSync('python3', ['--version']).status === 0;

test.skipIf(!hasPython)('the example runs stages in a shell, Python and TypeScript', async () => {
  const project = new Project({});
  for (const name of readdirSync(EXAMPLE)) cpSync(join(EXAMPLE, name), project.path(name), { recursive: true });
  const first = await project.run();
  expect(first.exitCode, first.stderr).toBe(0);
  expect(first.which('ran')).toEqual(['clean', 'features', 'report']);
  expect(first.stages[1]?.metrics).toEqual({ rows: 5, mean_length: expect.closeTo(82.3) });
  expect(first.stdout).toContain('{"type":"stage-progress","stage":"features","done":5,"total":5,"unit":"rows"}');
  await project.pipeline('export', 'report', 'out');
  expect(project.read('out/report.txt')).toContain('coat is in bin 2\n');

  project.edit('scripts/features.py', '"bin"]', '"group"]');
  expect((await project.run()).which('ran')).toEqual(['features', 'report']);
  project.edit('pipeline.yaml', '| sort', '| sort -u');
  expect((await project.run()).which('ran'), 'its output is the same').toEqual(['clean']);
});
