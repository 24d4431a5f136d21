import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { filesIn, house, lines, withHistory } from './cache-commands.ts';

describe('pipeline cache ls and du', () => {
  test('list the results, and which are current and locked', async () => {
    const project = await withHistory();
    project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
    const listed = lines(await house(project, 'ls'), 'action');
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

  test('work where the pipeline file is broken, without knowing what is current', async () => {
    const project = await withHistory();
    project.write('pipeline.yaml', 'stages: [');
    expect(lines(await house(project, 'ls'), 'action')[0]).toMatchObject({ current: null });
    expect((await project.pipeline('cache', 'ls')).stdout).toContain('cannot tell which results are current');
    expect((await house(project, 'du')).exitCode).toBe(0);
    expect((await house(project, 'verify')).exitCode).toBe(0);
  });

  test('tell how much room the cache takes, content in common counted once', async () => {
    const project = await withHistory();
    // Of the same content: a stage that copies its input.
    project.edit('stages/shout.ts', "params.greeting + ' ' + upper(", "(params.greeting ? '' : upper('')) + (");
    await project.run();
    const [usage] = lines(await house(project, 'du'), 'cache-usage');
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
