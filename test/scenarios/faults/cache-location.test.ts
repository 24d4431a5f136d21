import { execFileSync, spawnSync } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { asUser, canChangeUser } from '../../support/as-user.ts';
import { DISK_FULL } from '../../support/messages.ts';
import type { Project } from '../../support/project.ts';
import { CLI, Project as NewProject, toFinished } from '../../support/project.ts';
import { sample } from '../../support/soak.ts';
import { toy } from '../cli/toy-pipeline.ts';

/** Mounts a file system of this size, as in `2m`. Returns false if this machine does not permit it. */
function mountSmall(path: string, size: string): boolean {
  mkdirSync(path, { recursive: true });
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]).status !== 0) return false;
  onTestFinished(() => void execFileSync('umount', ['-l', path]));
  return true;
}

/** A pipeline with a stage that writes ten bytes and a downstream one that writes this number of bytes. */
function writer(bytes: number): Project {
  return new NewProject({
    'pipeline.yaml': `stages:
  little: { module: stages/write.ts, params: { bytes: 10 } }
  much: { module: stages/write.ts, params: { bytes: ${bytes} }, inputs: { before: little.file } }
`,
    'stages/write.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  params: { type: 'object', properties: { bytes: { type: 'integer' } }, required: ['bytes'] },
  inputs: ['before?'],
  outputs: ['file'],
  run({ params, outputs }) {
    writeFileSync(outputs.file, Buffer.alloc(params.bytes, 1));
  },
});
`,
  });
}

describe('a full disk', () => {
  test('fails the stage with a message and keeps finished results, so that the next run resumes once there is space', async (context) => {
    const project = writer(3 << 20);
    if (!mountSmall(project.path('small'), '2m')) return context.skip('this machine lets us mount nothing');
    const cache = ['--cache', project.path('small/cache')];
    const full = await project.run(...cache);
    expect(full.exitCode).toBe(1);
    expect(full.which('ran')).toEqual(['little']);
    expect(full.which('failed')).toEqual(['much']);
    expect(full.stderr).toContain(DISK_FULL);
    expect(full.stderr).toContain(project.path('small/cache'));
    expect(full.stderr).toContain('Free some disk space (pipeline cache gc), or move the cache: --cache DIR.');
    expect(full.stderr).not.toMatch(/\n\s+at .*cli\.cjs/);
    expect(readdirSync(project.path('small/cache/actions')).length).toBe(1);
    execFileSync('mount', ['-o', 'remount,size=20m', project.path('small')]);
    const next = await project.run(...cache);
    expect(next.exitCode, next.stderr).toBe(0);
    expect(next.which('cached')).toEqual(['little']);
    expect(next.which('ran')).toEqual(['much']);
  });

  // The size determines what no longer fits: a lock, a bundle, an output, a record or the index.
  test.for(sample([4, 16, 28, 40, 52, 64, 76, 88, 100], 2))(
    'a full disk of %i KB fails the run with a message whatever does not fit, and leaves no temporary files',
    async (size, context) => {
      const project = toy();
      if (!mountSmall(project.path('small'), `${size}k`)) return context.skip('this machine lets us mount nothing');
      const cache = ['--cache', project.path('small/cache')];
      const full = await project.run(...cache);
      if (full.exitCode !== 0) {
        expect(full.exitCode).toBe(1);
        expect(full.stderr).toContain(DISK_FULL);
        expect(full.stderr).not.toMatch(/\n\s+at .*cli\.cjs/);
      }
      const before = full.which('ran');
      execFileSync('mount', ['-o', 'remount,size=20m', project.path('small')]);
      const next = await project.run(...cache);
      expect(next.exitCode, next.stderr).toBe(0);
      expect(next.which('cached')).toEqual(before);
      expect(readdirSync(project.path('small/cache/work'))).toEqual([]);
      const left = readdirSync(project.path('small/cache'), { recursive: true, encoding: 'utf8' });
      expect(left.filter((name) => /\.\d+$/.test(name))).toEqual([]);
    },
  );

  test('fails the run with the folder of the cache and advice if it is full from the start', async (context) => {
    const project = writer(10);
    if (!mountSmall(project.path('small'), '64k')) return context.skip('this machine lets us mount nothing');
    writeFileSync(project.path('small/filler'), Buffer.alloc(60 << 10));
    const full = await project.run('--cache', project.path('small/cache'));
    expect(full.exitCode).toBe(1);
    expect(full.stderr).toContain(DISK_FULL);
    expect(full.stderr).toContain('Free some disk space, or move the cache: --cache DIR.');
    rmSync(project.path('small/filler'));
  });
});

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

test('a folder for temporary files that is not writable is reported', async () => {
  const project = toy();
  const { exitCode, stderr } = toFinished(await project.start(['run', '--json'], { TMPDIR: project.path('none') }));
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`${project.path('none')}: cannot write to the folder for temporary files: ENOENT`);
  expect(stderr).not.toMatch(/\n\s+at /);
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
  expect(stderr).toContain('ENOSPC: no space left on device, write');
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
    if (!mountSmall(project.path('cache/objects'), '10m')) return context.skip('this machine lets us mount nothing');
    const finished = await project.run();
    expect(finished.exitCode, finished.stderr).toBe(0);
    expect((await project.run()).which('ran')).toEqual([]);
  });
});
