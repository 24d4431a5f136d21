import { execFileSync } from 'node:child_process';
import { chmodSync, lchownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { memoryOf } from '../../../src/engine/trust/memory.ts';
import { asUser, canChangeUser } from '../../support/as-user.ts';
import type { Finished, Project } from '../../support/project.ts';
import { toy } from '../cli/toy-pipeline.ts';
import { forgeFiles, repoint } from './attacks.ts';

/** The user whose project it is, and one who owns the cache that the project uses. */
const [USER, OTHER] = [12345, 65534];

let project: Project;
let right: Finished;
let lock: string;

const cache = () => project.path('shared');
const asOwner = (...args: string[]) => asUser(USER, project, [...args, '--cache', cache()], project.path('home'));
const outputsOf = ({ stages }: Finished) => stages.map(({ name, outputs }) => [name, outputs]);

describe.runIf(canChangeUser)('a cache that belongs to another user', () => {
  beforeEach(async () => {
    project = toy();
    right = await project.run('--cache', cache());
    lock = project.read('pipeline.lock');
    mkdirSync(project.path('home'));
    giveTo(USER, project.directory);
    giveTo(OTHER, cache());
  });

  test('serves results that pipeline.lock has', () => {
    const { exitCode, stderr, which } = asOwner('run', '--json');
    expect(exitCode, stderr).toBe(0);
    expect(which('cached')).toHaveLength(4);
    expect(stderr).not.toContain('not computed by you');
    expect(asOwner('export', 'join', 'out').exitCode).toBe(0);
  });

  test.each(['run', 'verify'])(
    'costs only time if everybody can write to it and it is hostile: pipeline %s',
    (command) => {
      forgeFiles(join(cache(), 'objects'));
      repoint(project, 'shout', 'count', cache());
      writeFileSync(join(cache(), 'index/stages.json'), 'forged');
      giveTo(OTHER, cache());
      execFileSync('chmod', ['-R', 'a+rwX', cache()]);
      const finished = asOwner(command, '--json');
      expect(finished.exitCode, finished.stderr).toBe(0);
      expect(outputsOf(finished)).toEqual(outputsOf(right));
      expect(project.read('pipeline.lock')).toBe(lock);
    },
  );

  test('is refused with a message if it is hostile and cannot be written to', () => {
    repoint(project, 'shout', 'count', cache());
    giveTo(OTHER, cache());
    expect(asOwner('run', '--locked').exitCode).toBe(3);
    const refused = asOwner('run', '--json');
    expect(refused.exitCode).toBe(1);
    expect(refused.which('failed')).toEqual(['shout']);
    expect(refused.stderr).toContain('the cache is not writable');
    expect(project.read('pipeline.lock')).toBe(lock);
    expect(asOwner('export', 'shout', 'out').exitCode).toBe(2);
    expect(asOwner('inspect', 'shout').exitCode).toBe(2);
  });

  test('has results that are not believed without pipeline.lock', () => {
    project.remove('pipeline.lock');
    const warned = asOwner('run', '--json');
    expect(warned.exitCode).toBe(0);
    expect(warned.stderr).toContain('the results of read, shout, count, join in the cache were not computed by you');
    expect(project.exists('pipeline.lock')).toBe(false);
  });

  test('is used without a memory if that belongs to somebody else', () => {
    const [memory = ''] = ['home/.cache/pipeline/memory'].map((path) => project.path(path));
    const id = memoryOf({ root: project.directory, cache: cache() })?.split('/').at(-1) ?? '';
    mkdirSync(join(memory, id), { recursive: true });
    giveTo(USER, project.path('home'));
    giveTo(OTHER, join(memory, id));
    chmodSync(join(memory, id), 0o777);
    expect(asOwner('run', '--json').which('cached')).toHaveLength(4);
    expect(readdirSync(join(memory, id))).toEqual([]);
  });
});

/** Gives a folder with everything in it to a user. */
function giveTo(id: number, folder: string): void {
  lchownSync(folder, id, id);
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true }))
    lchownSync(join(entry.parentPath, entry.name), id, id);
}
