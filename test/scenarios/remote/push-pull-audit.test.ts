import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Project } from '../../support/project.ts';
import { toy } from '../cli/toy-pipeline.ts';

let shared: string;

beforeEach(() => {
  shared = mkdtempSync(join(tmpdir(), 'pipeline-shared-'));
  onTestFinished(() => rmSync(shared, { recursive: true, force: true }));
});

const command = (project: Project, ...words: string[]) => project.pipeline(...words, '--remote', shared);

describe('"cache push"', () => {
  test('uploads what was computed without the remote cache, and "cache pull" downloads it elsewhere', async () => {
    const [here, there] = [toy(), toy()];
    await here.run();
    expect((await command(here, 'cache', 'push')).stdout).toMatch(/^4 results uploaded/m);
    expect((await command(here, 'cache', 'push')).stdout).toContain('(0 B that were not there)');
    expect((await command(there, 'cache', 'pull', 'count')).stdout).toMatch(/^2 results downloaded/m);
    expect((await there.run('--until', 'count')).which('cached')).toEqual(['read', 'count']);
  });

  test('says which stages have no result', async () => {
    const { exitCode, stdout } = await command(toy(), 'cache', 'push', 'count');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('2 stages have no current result here or there: read, count');
  });

  test('says how to give the address of the remote cache', async () => {
    const { exitCode, stderr } = await toy().pipeline('cache', 'push');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('there is no remote cache');
  });
});

describe('"cache audit"', () => {
  test('confirms results that can be reproduced', async () => {
    const project = toy();
    await command(project, 'run');
    const { exitCode, stdout } = await command(project, 'cache', 'audit', '--sample', '2');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('reproduced: 2 stages, byte-identical to the remote cache (2 of 4 results)');
  });

  test('finds a result that is not what its stage puts out', async () => {
    const project = toy();
    // Another result under the same key, as whoever writes to the remote cache may put it there.
    const lie = join(shared, 'lie');
    project.edit('stages/count.ts', '{ words }));', `{ words: existsSync('${lie}') ? 9 : words }));`);
    project.edit('stages/count.ts', '{ readFileSync,', '{ existsSync, readFileSync,');
    writeFileSync(lie, '');
    await command(project, 'run', '--until', 'count');
    rmSync(lie);
    const { exitCode, stdout } = await command(project, 'cache', 'audit', 'count', '--sample', '9');
    expect(stdout).toContain('not reproduced: count is the first stage that differs');
    expect(exitCode).toBe(3);
  });
});
