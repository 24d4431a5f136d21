import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Project } from '../../support/project.ts';
import { toy } from './toy-pipeline.ts';
import { lines, verdicts, verify } from './verifying.ts';

/** Returns all files of the cache except its indexes, with times and sizes. */
function snapshot(project: Project): string[] {
  const entries = readdirSync(project.path('cache'), { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files
    .filter((path) => !path.startsWith(project.path('cache/index')))
    .map((path) => `${path} ${statSync(path).mtimeMs} ${statSync(path).ino} ${readFileSync(path).length}`)
    .sort();
}

describe('pipeline verify', () => {
  test('pipeline verify reruns every stage in an empty cache and finds every output equal', async () => {
    const project = toy();
    await project.run();
    const before = snapshot(project);
    const lockfile = project.read('pipeline.lock');
    const finished = await verify(project);
    expect(finished.exitCode).toBe(0);
    expect(finished.which('ran')).toEqual(['read', 'shout', 'count', 'join']);
    expect(verdicts(finished)).toEqual({ read: 'equal', shout: 'equal', count: 'equal', join: 'equal' });
    expect(finished.stderr).toMatch(/reproduced: 4 stages, byte-identical to the lockfile, in/);
    expect(snapshot(project)).toEqual(before);
    expect(project.read('pipeline.lock')).toBe(lockfile);
    expect(readdirSync(project.directory).filter((name) => name.startsWith('cache'))).toEqual(['cache']);
  });

  test('pipeline verify works in a fresh clone without a cache', async () => {
    const project = toy();
    await project.run();
    project.remove('cache');
    expect((await verify(project)).exitCode).toBe(0);
  });

  test('pipeline verify STAGE runs only the named stages, with cached inputs', async () => {
    const project = toy();
    await project.run();
    const finished = await verify(project, 'join', 'shout');
    expect(finished.exitCode).toBe(0);
    expect(finished.which('cached')).toEqual(['read', 'count']);
    expect(finished.which('ran')).toEqual(['shout', 'join']);
    expect(verdicts(finished)).toEqual({ shout: 'equal', join: 'equal' });
  });

  test('pipeline verify STAGE reports missing inputs, with advice', async () => {
    const project = toy();
    await project.run();
    project.remove('cache');
    const { exitCode, stderr } = await verify(project, 'shout');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('the result of stage "read", which another stage reads, is not in the cache');
    expect(stderr).toContain('→ Run the stage first: pipeline run read. Or verify all stages: pipeline verify');
  });

  test('pipeline verify --keep keeps the cache in the given directory, for inspection', async () => {
    const project = toy();
    await project.run();
    const { exitCode, stdout } = await project.pipeline('verify', '--keep', 'fresh');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('→ pipeline inspect STAGE --cache fresh');
    expect((await project.pipeline('inspect', 'count', '--cache', 'fresh')).stdout).toContain('"words": 3');
    const again = await project.pipeline('verify', '--keep', 'fresh');
    expect(again.exitCode).toBe(2);
    expect(again.stderr).toContain('fresh: the folder for the fresh cache is not empty');
  });

  test.each<[string, string[], string]>([
    ['an unknown stage', ['jion'], 'unknown stage "jion"'],
    ['an unknown option', ['--kep', 'x'], 'unknown option "--kep"'],
  ])('pipeline verify rejects %s', async (_what, args, message) => {
    const { exitCode, stderr } = await verify(toy(), ...args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });

  test('pipeline verify reports every difference if the lockfile does not match the pipeline, and runs nothing', async () => {
    const project = toy();
    await project.run();
    project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
    const refused = await verify(project);
    expect(refused.exitCode).toBe(3);
    expect(lines(refused, 'difference')).toEqual([
      { type: 'difference', stage: 'shout', reasons: ['param greeting hello → bye'] },
    ]);
    expect(refused.stages).toEqual([]);
    expect((await verify(project, 'count')).exitCode).toBe(0);
  });
});
