import { spawnSync } from 'node:child_process';
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ownHandle } from '../../../src/shared/holder.ts';
import { asUser, canChangeUser } from '../../support/as-user.ts';
import { deadHandle } from '../../support/handles.ts';
import type { Project } from '../../support/project.ts';
import { CLI, toFinished } from '../../support/project.ts';
import { NO_DISK, smallDisk } from '../../support/small-disk.ts';
import { toy } from '../cli/toy-pipeline.ts';

// As in a container that was started with `--user 12345`.
test.runIf(canChangeUser)('a user id without a user name can run a pipeline', () => {
  const project = toy();
  chownSync(project.directory, 12345, 12345);
  const { exitCode, stderr, which } = asUser(12345, project, ['run', '--json']);
  expect(exitCode, stderr).toBe(0);
  expect(which('ran')).toHaveLength(4);
});

describe('a cache that is not writable', () => {
  const asNobody = async (project: Project, ...args: string[]) => asUser(65534, project, args);

  test.runIf(canChangeUser)('serves its results, and fails a run with a message if a stage has to run', async () => {
    const project = toy();
    await project.run();
    const served = await asNobody(project, 'run', '--json');
    expect(served.exitCode, served.stderr).toBe(0);
    expect(served.which('cached')).toHaveLength(4);
    expect(served.stderr.match(/^warning: .*$/gm)).toEqual([
      expect.stringContaining('/cache/runs: the cache is not writable, so this run is not recorded'),
    ]);
    for (const command of [['status'], ['explain', 'join'], ['inspect', 'join'], ['runs']]) {
      const { exitCode, stderr } = await asNobody(project, ...command);
      expect(exitCode, stderr).toBe(0);
    }
    const refused = await asNobody(project, 'run', '--json', '--set', 'greeting=bye');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('the cache is not writable');
    expect(refused.stderr).toContain('Make it writable, or use another cache: --cache DIR.');
    expect(refused.stderr).not.toMatch(/\n\s+at /);
  });
});

describe('a cache on a read-only disk', () => {
  test('serves its results with one warning, and a stage that has to run fails with a message', async (context) => {
    const project = toy();
    const disk = await smallDisk(project.path('disk'), '10m');
    if (disk === undefined) return context.skip(NO_DISK);
    const run = (...args: string[]) => disk.pipeline(project, 'run', '--json', ...args, '--cache', disk.path);
    expect((await run()).which('ran')).toHaveLength(4);
    disk.remount('ro');
    const served = await run();
    expect(served.exitCode, served.stderr).toBe(0);
    expect(served.which('cached')).toHaveLength(4);
    expect(served.stderr.match(/^warning: .*$/gm)).toHaveLength(1);
    const refused = await run('--set', 'greeting=bye');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('the cache is not writable');
    const missing = await disk.pipeline(project, 'run', '--dry-run', '--cache', `${disk.path}/new`);
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).toContain('the cache cannot be here: no permission to create it, or to read it');
  });
});

test('a folder for temporary files that is not writable is reported', async () => {
  const project = toy();
  const { exitCode, stderr } = toFinished(await project.start(['run', '--json'], { TMPDIR: project.path('none') }));
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`${project.path('none')}: cannot write to the folder for temporary files: ENOENT`);
  expect(stderr).not.toMatch(/\n\s+at /);
});

test('a folder for temporary files that a killed run left is deleted by the next one, and no other', async () => {
  const project = toy();
  const left = `tmp/pipeline-run-${deadHandle()}-a1B2c3`;
  const used = `tmp/pipeline-run-${ownHandle()}-a1B2c3`;
  for (const folder of [left, used, 'tmp/pipeline-run-notes']) project.write(`${folder}/stage-0.mjs`, '');
  const { exitCode, stderr } = await project.start(['status'], { TMPDIR: project.path('tmp') });
  expect(exitCode, stderr).toBe(0);
  expect([left, used, 'tmp/pipeline-run-notes'].filter((folder) => project.exists(folder))).toEqual([
    used,
    'tmp/pipeline-run-notes',
  ]);
});

test('output that cannot be written ends the run in a few lines', () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [CLI, 'status'], {
    cwd: toy().directory,
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  });
  closeSync(full);
  expect(status).toBe(1);
  expect(stderr).toContain('cannot write the output: ENOSPC');
  expect(stderr.length).toBeLessThan(3000);
});

describe('the location of the cache', () => {
  test.each(['../with spaces/and ünï¢ode', 'inside/the project'])('the cache can be in "%s"', async (place) => {
    const project = toy();
    const cache = join(project.path('sub'), place);
    expect((await project.run('--cache', cache)).exitCode).toBe(0);
    expect((await project.run('--cache', cache)).which('ran')).toEqual([]);
    expect(existsSync(join(cache, 'objects'))).toBe(true);
  });

  test('the cache can have a symbolic link to its objects', async () => {
    const project = toy();
    mkdirSync(project.path('real/objects'), { recursive: true });
    mkdirSync(project.path('cache'));
    symlinkSync('../real/objects', project.path('cache/objects'));
    expect((await project.run()).exitCode).toBe(0);
    expect((await project.run()).which('ran')).toEqual([]);
    expect(readdirSync(project.path('real/objects')).length).toBeGreaterThan(0);
  });

  test('the cache can have its objects on another disk, to which they are copied', async (context) => {
    const project = toy();
    const disk = await smallDisk(project.path('cache/objects'), '10m');
    if (disk === undefined) return context.skip(NO_DISK);
    const finished = await disk.pipeline(project, 'run', '--json');
    expect(finished.exitCode, finished.stderr).toBe(0);
    expect((await disk.pipeline(project, 'run', '--json')).which('ran')).toEqual([]);
    expect(readdirSync(disk.outside).length).toBeGreaterThan(0);
  });
});
