import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cacheCommand, filesIn, lines, withHistory } from './cache-commands.ts';

describe('pipeline cache ls and du', () => {
  test('cache ls lists the results, and which of them are current and locked', async () => {
    const project = await withHistory();
    project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
    const listed = lines(await cacheCommand(project, 'ls'), 'action');
    const states = listed.map(({ stage, current, locked }) => `${stage} ${current} ${locked}`);
    expect(states.sort()).toEqual([
      'count true true',
      'join false true',
      'join true false',
      'read true true',
      'shout false true',
      'shout true false',
    ]);
    const shown = (await project.pipeline('cache', 'ls', 'join')).stdout.split('\n');
    expect(shown).toHaveLength(3);
    expect(shown[1]).toMatch(/^join +[0-9a-f]{12} +just now +\d+ B +current +both$/);
  });

  test('cache ls and du work with an invalid pipeline file, without marking current results', async () => {
    const project = await withHistory();
    project.write('pipeline.yaml', 'stages: [');
    expect(lines(await cacheCommand(project, 'ls'), 'action')[0]).toMatchObject({ current: null });
    expect((await project.pipeline('cache', 'ls')).stdout).toContain('cannot tell which results are current');
    expect((await cacheCommand(project, 'du')).exitCode).toBe(0);
    expect((await cacheCommand(project, 'verify')).exitCode).toBe(0);
  });

  test('cache du shows the disk usage, and counts shared content once', async () => {
    const project = await withHistory();
    // A stage that copies its input shares the content with it.
    project.edit('stages/shout.ts', "params.greeting + ' ' + upper(", "(params.greeting ? '' : upper('')) + (");
    await project.run();
    const [usage] = lines(await cacheCommand(project, 'du'), 'cache-usage');
    const objects = filesIn(project, 'objects').reduce((sum, path) => sum + statSync(path).size, 0);
    const all = ['objects', 'actions', 'runs', 'work', 'index'].flatMap((folder) => filesIn(project, folder));
    const { stages, shared } = usage as {
      stages: Record<string, { bytes: number }>;
      shared: { count: number; bytes: number };
    };
    const byStage = Object.values(stages).reduce((sum, { bytes }) => sum + bytes, 0);
    expect(shared.count).toBe(1);
    expect(byStage + shared.bytes).toBe(objects);
    expect(usage?.['total']).toBeGreaterThanOrEqual(all.length > 0 ? objects : 0);
    expect((await project.pipeline('cache', 'du')).stdout).toMatch(/objects of join +\d+ B +\d objects\n/);
  });
});
