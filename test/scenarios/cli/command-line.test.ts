import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Project } from '../../support/project.ts';
import { toy } from './toy-pipeline.ts';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'));

test('pipeline --version prints the version of the package, also where there is no pipeline', async () => {
  const { exitCode, stdout, stderr } = await new Project({}).pipeline('--version');
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: version, stderr: '' });
});

test('pipeline status STAGE shows the stage and its upstream stages', async () => {
  const project = toy();
  const { stages } = await project.pipeline('status', 'shout', '--json');
  expect(stages.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['read', 'would-run'],
    ['shout', 'would-run'],
  ]);
  const unknown = await project.pipeline('status', 'shuot');
  expect(unknown.exitCode).toBe(2);
  expect(unknown.stderr).toContain('"shout"');
});

test('-f can name the folder of a pipeline file', async () => {
  const project = toy();
  await project.run();
  const there = await project.pipeline('status', '--json', '-f', project.directory);
  expect(there.which('cached')).toEqual(['read', 'shout', 'count', 'join']);
  const none = await project.pipeline('status', '-f', project.path('stages'));
  expect(none.exitCode).toBe(2);
  expect(none.stderr).toContain('stages/pipeline.yaml');
});
