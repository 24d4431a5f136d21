import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Project } from '../../support/project.ts';
import { Project as NewProject, toFinished } from '../../support/project.ts';
import { sample } from '../../support/soak.ts';
import { toy } from '../cli/toy.ts';

const isRoot = process.getuid?.() === 0;

/** Mounts a file system of `size` bytes there, if this machine lets us. */
function mountSmall(path: string, size: string): boolean {
  mkdirSync(path, { recursive: true });
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]).status !== 0) return false;
  onTestFinished(() => void execFileSync('umount', ['-l', path]));
  return true;
}

/** One stage that writes so many bytes, and one before it that writes a few. */
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
  test('fails the stage with a word, keeps what was good, and the next run goes on once there is room', async (context) => {
    const project = writer(3 << 20);
    if (!mountSmall(project.path('small'), '2m')) return context.skip('this machine lets us mount nothing');
    const cache = ['--cache', project.path('small/cache')];
    const full = await project.run(...cache);
    expect(full.exitCode).toBe(1);
    expect(full.which('ran')).toEqual(['little']);
    expect(full.which('failed')).toEqual(['much']);
    expect(full.stderr).toContain('the disk of the cache is full');
    expect(full.stderr).toContain(project.path('small/cache'));
    expect(full.stderr).toContain('Free some space (pipeline cache gc), or move the cache: --cache DIR.');
    expect(full.stderr).not.toMatch(/\n\s+at .*cli\.cjs/);
    expect(readdirSync(project.path('small/cache/actions')).length).toBe(1);
    execFileSync('mount', ['-o', 'remount,size=20m', project.path('small')]);
    const next = await project.run(...cache);
    expect(next.exitCode, next.stderr).toBe(0);
    expect(next.which('cached')).toEqual(['little']);
    expect(next.which('ran')).toEqual(['much']);
  });

  // Where the room ends depends on how much there is: in a lock, a bundle, an output, a record, what is remembered.
  test.for(sample([4, 16, 28, 40, 52, 64, 76, 88, 100], 2))(
    'of %i KB ends with a word wherever it gets full, and leaves nothing behind',
    async (size, context) => {
      const project = toy();
      if (!mountSmall(project.path('small'), `${size}k`)) return context.skip('this machine lets us mount nothing');
      const cache = ['--cache', project.path('small/cache')];
      const full = await project.run(...cache);
      if (full.exitCode !== 0) {
        expect(full.exitCode).toBe(1);
        expect(full.stderr).toContain('the disk of the cache is full');
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

  test('from the beginning is told with the folder of the cache and what to do', async (context) => {
    const project = writer(10);
    if (!mountSmall(project.path('small'), '64k')) return context.skip('this machine lets us mount nothing');
    writeFileSync(project.path('small/filler'), Buffer.alloc(48 << 10));
    const full = await project.run('--cache', project.path('small/cache'));
    expect(full.exitCode).toBe(1);
    expect(full.stderr).toContain('the disk of the cache is full');
    expect(full.stderr).toContain('Free some space, or move the cache: --cache DIR.');
    rmSync(project.path('small/filler'));
  });
});

describe('a cache that may not be written', () => {
  /** Runs the command as a user to whom the cache does not belong. */
  async function asNobody(project: Project, ...args: string[]) {
    chmodSync(project.directory, 0o755);
    const cli = join(import.meta.dirname, '../../../dist/cli.cjs');
    const result = spawnSync(
      'setpriv',
      ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, cli, ...args],
      {
        cwd: project.directory,
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '1', HOME: '/nonexistent' },
      },
    );
    return toFinished({ exitCode: result.status ?? 1, stdout: result.stdout.trimEnd(), stderr: result.stderr });
  }

  test.runIf(isRoot && existsSync('/usr/bin/setpriv'))(
    'serves what is in it, and says so when something has to run',
    async () => {
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
      expect(refused.stderr).toContain('the cache may not be written');
      expect(refused.stderr).toContain('Make it writable, or use another one: --cache DIR.');
      expect(refused.stderr).not.toMatch(/\n\s+at /);
    },
  );
});

test('a folder for temporary files that cannot be written is told', async () => {
  const project = toy();
  const { exitCode, stderr } = toFinished(await project.start(['run', '--json'], { TMPDIR: project.path('none') }));
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`${project.path('none')}: the folder for temporary files cannot be written: ENOENT`);
  expect(stderr).not.toMatch(/\n\s+at /);
});

describe('a cache elsewhere', () => {
  test.each(['../with spaces/and ünï¢ode', 'inside/the project'])('at «%s» works as any other', async (place) => {
    const project = toy();
    const cache = join(project.path('sub'), place);
    expect((await project.run('--cache', cache)).exitCode).toBe(0);
    expect((await project.run('--cache', cache)).which('ran')).toEqual([]);
    expect(existsSync(join(cache, 'objects'))).toBe(true);
  });

  test('that is a link, or has its objects on another disk by one, works as any other', async () => {
    const project = toy();
    mkdirSync(project.path('real/objects'), { recursive: true });
    mkdirSync(project.path('cache'));
    symlinkSync('../real/objects', project.path('cache/objects'));
    expect((await project.run()).exitCode).toBe(0);
    expect((await project.run()).which('ran')).toEqual([]);
    expect(readdirSync(project.path('real/objects')).length).toBeGreaterThan(0);
  });

  test('whose objects are on another disk gets them by a copy', async (context) => {
    const project = toy();
    if (!mountSmall(project.path('cache/objects'), '10m')) return context.skip('this machine lets us mount nothing');
    const finished = await project.run();
    expect(finished.exitCode, finished.stderr).toBe(0);
    expect((await project.run()).which('ran')).toEqual([]);
  });
});
