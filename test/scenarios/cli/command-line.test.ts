import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Project, toFinished } from '../../support/project.ts';
import { toy } from './toy-pipeline.ts';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'));

test('pipeline --version prints the version of the package, also where there is no pipeline', async () => {
  const { exitCode, stdout, stderr } = await new Project({}).pipeline('--version');
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: version, stderr: '' });
});

describe('help', () => {
  test('pipeline --help lists the commands, and pipeline COMMAND --help its options, in the width of the terminal', async () => {
    const project = new Project({});
    const all = await project.pipeline('--help');
    expect(all).toMatchObject({ exitCode: 0, stderr: '' });
    expect(all.stdout).toMatch(/^Usage: pipeline <COMMAND> \[options\]\n\nRuns the stages/);
    expect(all.stdout).toMatch(/\n {2}run \[STAGE\.\.\.\] +run all stages/);
    expect(all.stdout).toMatch(/\n {2}cache <COMMAND> +list, measure/);
    expect(all.stdout).toMatch(/\nDocumentation: .*docs\/README\.md$/);
    const one = await toFinished(await project.start(['run', '--help'], { COLUMNS: '50' }));
    expect(one.stdout).toMatch(/\n {2}--jobs <N> +maximum number/);
    expect(one.stdout).toMatch(/\n {2}-h, --help +print help$/);
    expect(Math.max(...one.stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(50);
    expect((await project.pipeline('help', 'cache', 'gc')).stdout).toContain('--keep-runs <N>');
    const group = await project.pipeline('cache');
    expect(group).toMatchObject({ exitCode: 2, stdout: '' });
    expect(group.stderr).toContain('Usage: pipeline cache <COMMAND> [options]');
  });

  test('with --json, what is wrong with a command line is an object on stdout', async () => {
    const refused = await new Project({}).pipeline('run', '--frm', 'x', '--json');
    expect(refused.exitCode).toBe(2);
    expect(JSON.parse(refused.stdout.split('\n')[0] ?? '')).toMatchObject({
      type: 'problem',
      message: 'unknown option "--frm"',
    });
  });
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

test('stages that have nothing in common with --until are an error', async () => {
  const project = toy();
  const refused = await project.run('--from', 'shout', '--until', 'count');
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain('no stage is selected: shout and what follows it and what count needs');
});

test('a "~" that the shell has not replaced is no name of a cache, and a cache that is not there cannot be verified', async () => {
  const project = toy();
  const tilde = await project.run('--cache', '~/cache');
  expect(tilde.exitCode).toBe(2);
  expect(tilde.stderr).toContain('the shell has not replaced "~"');
  expect(project.exists('~')).toBe(false);
  const absent = await project.pipeline('cache', 'verify', '--cache', 'nowhere');
  expect(absent.exitCode).toBe(2);
  expect(absent.stderr).toContain('nowhere: there is no cache');
});

test('a lockfile that is none is written anew, and that is said', async () => {
  const project = toy();
  await project.run();
  project.write('pipeline.lock', 'junk\n');
  expect((await project.run()).stderr).toContain(
    'pipeline.lock: written anew, since it was no lockfile of this version',
  );
  project.remove('pipeline.lock');
  project.write('pipeline.lock/inside', '');
  const folder = await project.run();
  expect(folder.stderr).toContain('It is a folder: move it away');
});
