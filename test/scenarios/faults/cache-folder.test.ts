import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Project } from '../../support/project.ts';
import { lines } from '../cli/cache-commands.ts';
import { toy } from '../cli/toy-pipeline.ts';

/** A folder with files that somebody needs. */
function home(project: Project): string {
  for (const path of ['home/.bashrc', 'home/notes.txt', 'home/work/thesis.txt', 'home/objects/ab/photo.jpg'])
    project.write(path, path);
  return project.path('home');
}

const everythingIn = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();

describe('--cache with a folder that is not a cache', () => {
  test.each([
    ['run'],
    ['run', '--dry-run'],
    ['status'],
    ['inspect', 'join'],
    ['cache', 'ls'],
    ['cache', 'gc', '--yes', '--older-than', '0d'],
    ['cache', 'verify', '--yes'],
  ])('is refused by %s %s, which changes nothing in it', async (...command) => {
    const project = toy();
    const folder = home(project);
    const before = everythingIn(folder);
    const refused = await project.pipeline(...command, '--cache', folder);
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refused.stderr).toContain(`${folder}: this folder is not a cache: it contains ".bashrc"`);
    expect(refused.stderr).toContain('Choose a new or empty folder: --cache DIR.');
    expect(everythingIn(folder)).toEqual(before);
  });

  test("is refused if it is a folder of one's own that only has the name of a folder of a cache", async () => {
    const project = toy();
    for (const file of ['work/thesis.txt', 'downloads/song.mp3', 'index/index.html']) {
      project.write(join('mine', file), '');
      const refused = await project.run('--cache', project.path('mine'));
      expect(refused.exitCode).toBe(2);
      expect(refused.stderr).toContain(`it contains "${file}"`);
      project.remove('mine');
    }
  });
});

describe('--cache where no cache can be', () => {
  const PLACES: readonly [string, string][] = [
    ['/proc/x', 'no folder can be created in its parent'],
    ['/dev/null', 'this is not a folder'],
    ['/dev/null/x', 'a parent is not a folder'],
    ['pipeline.yaml', 'this is not a folder'],
    ['dangling', 'this is a broken symbolic link'],
    ['circle', 'this is a broken symbolic link'],
  ];
  test.each(PLACES)('%s is refused with words, by a dry run, too', async (place, why) => {
    const project = toy();
    symlinkSync('/nowhere/at/all', project.path('dangling'));
    symlinkSync('circle', project.path('circle'));
    for (const more of [[], ['--dry-run']]) {
      const refused = await project.run('--cache', place, ...more);
      expect(refused.exitCode, refused.stderr).toBe(2);
      expect(refused.stderr).toContain(`the cache cannot be here: ${why}`);
    }
  });

  test('other commands that create folders end with words, too', async () => {
    const project = toy();
    await project.run();
    for (const command of [
      ['export', 'join', '/proc/x'],
      ['verify', '--keep', '/proc/x'],
      ['init', '/proc/x'],
    ]) {
      const refused = await project.pipeline(...command);
      expect(refused.exitCode, refused.stderr).toBe(2);
      expect(refused.stderr).toContain('/proc/x');
    }
  });
});

describe('the mark of a cache', () => {
  test('is written when the cache is created, so that backup programs skip the cache', async () => {
    const project = toy();
    await project.run();
    expect(project.read('cache/CACHEDIR.TAG')).toMatch(
      /^Signature: 8a477f597d28d172789f06886806bc55\n(#.*\n)*# pipeline cache layout 1\n$/,
    );
  });

  test('is added to a cache of an earlier version, which is recognised by its layout, and replaces a corrupted one', async () => {
    const project = toy();
    await project.run();
    const mark = project.read('cache/CACHEDIR.TAG');
    project.remove('cache/roots');
    project.write('cache/.gitignore', '*');
    for (const change of [() => project.remove('cache/CACHEDIR.TAG'), () => project.write('cache/CACHEDIR.TAG', '')]) {
      change();
      expect((await project.run()).which('cached')).toHaveLength(4);
      expect(project.read('cache/CACHEDIR.TAG')).toBe(mark);
    }
  });

  test('refuses a cache of a later version', async () => {
    const project = toy();
    await project.run();
    project.edit('cache/CACHEDIR.TAG', 'layout 1', 'layout 2');
    for (const command of [['run'], ['cache', 'gc', '--yes'], ['cache', 'verify']]) {
      const refused = await project.pipeline(...command);
      expect(refused.exitCode).toBe(2);
      expect(refused.stderr).toContain('the cache has layout 2, and this version of pipeline knows none after 1');
      expect(refused.stderr).toContain('Update the package "pipeline", or use another cache: --cache DIR.');
    }
  });
});

test('what a cache did not create is reported by gc and verify, and deleted only by verify --yes', async () => {
  const project = toy();
  await project.run();
  const unknown = ['cache/notes.txt', 'cache/runs/notes.txt', 'cache/objects/zz/file', 'cache/work/mine/file'];
  for (const path of unknown) project.write(path, 'mine');
  // A stage may call its downloads what it likes.
  project.write('cache/downloads/dictionary.txt', '');
  const found = ['notes.txt', 'objects/zz', 'runs/notes.txt', 'work/mine'].map((path) => project.path(`cache/${path}`));
  const gc = await project.pipeline('cache', 'gc', '--yes', '--json', '--older-than', '0d');
  expect(lines(gc, 'cache-collected')).toMatchObject([{ unknown: found }]);
  const verified = await project.pipeline('cache', 'verify');
  expect(verified.exitCode).toBe(1);
  expect(verified.stdout).toContain('unknown: 4 items that the cache did not create');
  expect(verified.stdout).toContain('To delete unknown files: pipeline cache verify --yes');
  expect(unknown.filter((path) => !project.exists(path))).toEqual([]);
  expect((await project.pipeline('cache', 'verify', '--yes')).stdout).toContain(
    'unknown: 4 items that the cache did not create; deleted',
  );
  expect(unknown.filter((path) => project.exists(path))).toEqual([]);
  expect((await project.pipeline('cache', 'verify')).exitCode).toBe(0);
});

describe('after a power failure', () => {
  test('a result whose record survived and whose content did not is recomputed', async () => {
    const project = toy();
    await project.run();
    const objects = project.path('cache/objects');
    const files = readdirSync(objects, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    // Emptied, as XFS leaves a file; or of the right size with other bytes, which the lost index would have known.
    for (const lose of [
      () => files.forEach((file) => void empty(file)),
      () => {
        files.forEach((file) => void zero(file));
        rmSync(project.path('cache/index'), { recursive: true });
      },
    ]) {
      lose();
      const next = await project.run();
      expect(next.which('ran')).toHaveLength(4);
      expect((await project.pipeline('cache', 'verify')).exitCode).toBe(0);
    }
  });
});

function empty(file: string): void {
  chmodSync(file, 0o644);
  writeFileSync(file, '');
}

function zero(file: string): void {
  chmodSync(file, 0o644);
  writeFileSync(file, Buffer.alloc(readFileSync(file).length));
}

test('a cache in an empty folder that a file system has added its own to is created', async () => {
  const project = toy();
  mkdirSync(project.path('disk/lost+found'), { recursive: true });
  expect((await project.run('--cache', project.path('disk'))).exitCode).toBe(0);
});
