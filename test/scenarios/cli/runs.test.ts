import { describe, expect, test } from 'vitest';
import { lines, withHistory } from './cache-commands.ts';
import { toy } from './toy-pipeline.ts';

describe('pipeline runs', () => {
  test('pipeline runs lists past runs, newest first', async () => {
    const project = await withHistory();
    const listed = lines(await project.pipeline('runs', '--json'), 'run');
    expect(listed).toMatchObject([
      { ok: true, outcome: 'ok', ran: 0, cached: 4, failed: 0 },
      { ran: 2, cached: 2 },
      { ran: 4, cached: 0 },
    ]);
    const shown = (await project.pipeline('runs', '--limit', '1')).stdout;
    expect(shown.split('\n')).toEqual([
      expect.stringMatching(/^run +when +took +end +stages$/),
      expect.stringMatching(/^\d{8}-\d{6}-\w{7} {2}just now +[\d.]+ s +ok +4 cached$/),
      '→ pipeline runs --all   shows 2 more',
    ]);
    expect((await project.pipeline('runs', '--all')).stdout.split('\n')).toHaveLength(4);
  });

  test('pipeline runs shows which runs failed, and that there are none yet', async () => {
    const project = toy();
    expect((await project.pipeline('runs')).stdout).toBe('There are no runs yet.');
    project.edit('stages/count.ts', 'metrics({ words });', "throw new Error('no');");
    await project.run();
    expect(lines(await project.pipeline('runs', '--json'), 'run')).toMatchObject([{ outcome: 'failed', failed: 1 }]);
  });

  test('pipeline runs works with an invalid pipeline file', async () => {
    const project = await withHistory();
    project.write('pipeline.yaml', 'stages: [');
    expect(lines(await project.pipeline('runs', '--json'), 'run')).toHaveLength(3);
    expect((await project.pipeline('diff')).exitCode).toBe(0);
  });
});

describe('pipeline diff', () => {
  test('pipeline diff shows the params, metrics and stages of two runs', async () => {
    const project = toy();
    await project.run();
    project.write('data/a.txt', 'one two three\n');
    project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
    await project.run();
    const { stdout, exitCode } = await project.pipeline('diff', 'latest~1', 'latest');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('params\n  shout.greeting  hello  →  bye\n');
    expect(stdout).toContain('metrics\n  count.words  3  →  4  +1\n  join.joined  2\n');
    expect(stdout).toMatch(/read +ran +[^\n]* different key, text differs\n/);
  });

  test('pipeline diff compares a given run with the latest and, by default, the last two', async () => {
    const project = await withHistory();
    const compared = async (...runs: string[]) => lines(await project.pipeline('diff', ...runs, '--json'), 'diff')[0];
    const [third, second, first] = lines(await project.pipeline('runs', '--json'), 'run').map((line) => line['run']);
    expect(await compared('latest~2')).toEqual({ type: 'diff', before: first, now: third });
    expect(await compared(String(first), String(second))).toEqual({ type: 'diff', before: first, now: second });
    expect(await compared()).toEqual({ type: 'diff', before: second, now: third });
  });

  test.each([
    ['latest~7', 'latest~7: there are only 3 runs'],
    ['1999', '1999: no run has this id'],
    ['2', '2: ambiguous run: the ids of 3 runs start with it'],
  ])('pipeline diff %s is rejected with "%s", and exits with 2', async (run, words) => {
    const project = await withHistory();
    const refused = await project.pipeline('diff', run);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(words);
  });
});
