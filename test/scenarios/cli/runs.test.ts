import { renameSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { Project } from '../../support/project.ts';
import { lines, withHistory } from './cache-commands.ts';
import { TOY, toy } from './toy-pipeline.ts';

describe('pipeline runs', () => {
  test('pipeline runs shows past runs, newest first, with their metrics and the params that differ', async () => {
    const project = await withHistory();
    const listed = lines(await project.pipeline('runs', '--json'), 'run');
    expect(listed).toMatchObject([
      { ok: true, outcome: 'ok', ran: 0, cached: 4, failed: 0, metrics: { count: { words: 3 }, join: { joined: 2 } } },
      { ran: 2, cached: 2, params: { shout: { greeting: 'bye', times: 1 } } },
      { ran: 4, cached: 0, file: '../pipeline.yaml' },
    ]);
    const shown = (await project.pipeline('runs')).stdout;
    expect(shown.split('\n')).toEqual([
      expect.stringMatching(/^run +when +state +joined +words +greeting +took +stages$/),
      expect.stringMatching(/^\w{7} {2}just now +ok +2 +3 +hello +[\d.]+ s +4 cached$/),
      expect.stringMatching(/^\w{7} {2}just now +ok +2 +3 +bye +[\d.]+ s +2 ran, 2 cached$/),
      expect.stringMatching(/^\w{7} {2}just now +ok +2 +3 +hello +[\d.]+ s +4 ran$/),
    ]);
    const [newest = ''] = /^\w{7}/m.exec(shown.split('\n')[1] ?? '') ?? [];
    expect(listed[0]?.['run']).toMatch(new RegExp(`-${newest}$`));
    expect((await project.pipeline('diff', newest)).stdout).toContain('Both arguments refer to the same run.');
  });

  test('pipeline runs shows at most --limit runs, and the command that shows all of them', async () => {
    const project = await withHistory();
    const shown = (await project.pipeline('runs', '--limit', '2', '--columns', 'state')).stdout.split('\n');
    expect(shown).toHaveLength(4);
    expect(shown[3]).toBe('→ pipeline runs --columns state --all   shows all of them');
    expect((await project.pipeline('runs', '--limit', '3')).stdout).not.toContain('→');
    expect((await project.pipeline('runs', '--all')).stdout.split('\n')).toHaveLength(4);
  });

  test('pipeline runs omits the columns for which the terminal is too narrow, and names them', async () => {
    const project = await withHistory();
    const { stdout } = await project.pipelineWith({ COLUMNS: '40' }, 'runs');
    expect(stdout.split('\n')[0]).toMatch(/^run +when +state +joined +words$/);
    expect(stdout.split('\n').at(-1)).toBe('  and greeting, took, stages');
  });

  test('pipeline runs sorts and filters all runs by params, metrics and how they ended', async () => {
    const project = await withExperiments();
    const greetings = async (...args: string[]) => {
      const found = lines(await project.pipeline('runs', '--json', ...args), 'run');
      return found.map(({ params }) => (params as { say: { greeting: string } }).say.greeting);
    };
    expect(await greetings('--sort', 'score')).toEqual(['a', 'ccc', 'bbbbbbbbbb', 'broken']);
    expect(await greetings('--sort', 'score', '--reverse', '--limit', '2')).toEqual(['bbbbbbbbbb', 'ccc']);
    expect(await greetings('--filter', 'score>=3')).toEqual(['ccc', 'bbbbbbbbbb']);
    expect(await greetings('--filter', 'score>1', '--filter', 'say.score<10')).toEqual(['ccc']);
    expect(await greetings('--filter', 'greeting=a')).toEqual(['a']);
    expect(await greetings('--filter', 'greeting!=a', '--filter', 'state=ok')).toEqual(['ccc', 'bbbbbbbbbb']);
    expect(await greetings('--filter', 'state=failed')).toEqual(['broken']);
    const none = await project.pipeline('runs', '--filter', 'score>99');
    expect(none.stdout).toBe('No run meets these conditions.');
  });

  test('pipeline runs --csv prints every metric and param as a spreadsheet reads it', async () => {
    const project = await withExperiments();
    const { stdout } = await project.pipeline('runs', '--csv', '--sort', 'score', '--limit', '2');
    const rows: Record<string, string>[] = parse(stdout, { columns: true });
    expect(Object.keys(rows[0] ?? {})).toEqual([
      'run',
      'when',
      'state',
      'pipeline',
      'file',
      'took',
      'stages',
      'score',
      'greeting',
    ]);
    expect(rows).toMatchObject([
      { greeting: 'a', score: '1', state: 'ok', run: expect.stringMatching(/^\d{8}-\d{6}-\w{7}$/) },
      { greeting: 'ccc', score: '3', when: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) },
    ]);
    const chosen = await project.pipeline('runs', '--csv', '--columns', 'metrics.*,greeting', '--filter', 'score=3');
    expect(chosen.stdout).toMatch(/^run,score,greeting\n\d{8}-\d{6}-\w{7},3,ccc$/);
  });

  test.each([
    [['--columns', 'socre'], '--columns: none of the runs has a metric or param "socre"\n  → Did you mean "score"?'],
    [['--sort', 'greting'], '--sort: none of the runs has a metric or param "greting"\n  → Did you mean "greeting"?'],
    [['--filter', 'score'], 'Expected a name, one of = != < <= > >= and a value, in quotes for the shell'],
    [['--csv', '--json'], '--csv and --json are two formats'],
  ])('pipeline runs %j is rejected, and exits with 2', async (args, message) => {
    const project = new Project(EXPERIMENT);
    await project.run();
    const { exitCode, stderr } = await project.pipeline('runs', ...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  test('pipeline runs shows which runs failed, and that there are none yet', async () => {
    const project = toy();
    expect((await project.pipeline('runs')).stdout).toBe('There are no runs of this pipeline yet.');
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

describe('pipelines that share a cache', () => {
  test('runs, diff and latest: mean the runs of the pipeline file of the command line', async () => {
    const project = toy();
    project.write('other.yaml', project.read('pipeline.yaml').replace('greeting: hello', 'greeting: other'));
    await project.run();
    await project.run('--set', 'greeting=bye');
    const none = await project.pipeline('runs', '-f', 'other.yaml');
    expect(none.stdout).toBe(
      'There are no runs of this pipeline yet.\n' +
        '→ pipeline runs --other-pipelines -f other.yaml   lists those of other pipelines on this cache',
    );
    await project.run('-f', 'other.yaml');

    expect((await project.pipeline('export', 'latest:join', 'out')).exitCode).toBe(0);
    expect(project.read('out/both/left.txt')).toBe('bye ONE TWO\nTHREE');
    expect((await project.pipeline('diff')).stdout).toContain('shout.greeting  hello  →  bye');
    expect(lines(await project.pipeline('runs', '--json'), 'run')).toHaveLength(2);
    expect((await project.pipeline('diff', '-f', 'other.yaml')).stderr).toContain('there is only 1 run');

    const all = await project.pipeline('runs', '--other-pipelines', '--columns', 'file,greeting');
    expect(all.stdout).toMatch(/other\.yaml +other\n.+pipeline\.yaml +bye\n.+pipeline\.yaml +hello$/);
    expect((await project.pipeline('diff', ...idsIn(all.stdout).slice(0, 2))).exitCode).toBe(0);
  });

  test('a pipeline has its runs still after its folder was moved together with the cache', async () => {
    const project = toy();
    for (const name of Object.keys(TOY)) project.write(`here/${name}`, project.read(name));
    await project.run('-f', 'here');
    renameSync(project.path('here'), project.path('there'));
    expect(lines(await project.pipeline('runs', '--json', '-f', 'there'), 'run')).toHaveLength(1);
  });
});

describe('the runs of a matrix', () => {
  test('pipeline runs shows the range of a metric over the instances, and one instance if it is asked for', async () => {
    const project = new Project({
      ...EXPERIMENT,
      'pipeline.yaml': `stages:
  say:
    module: stages/say.ts
    matrix: { greeting: [a, ccc] }
    params: { greeting: "\${matrix.greeting}" }
`,
    });
    await project.run();
    expect((await project.pipeline('runs', '--columns', 'score,greeting')).stdout).toMatch(/\n\w+ +1–3 +a, ccc$/);
    const one = await project.pipeline('runs', '--columns', 'say@greeting=ccc.score');
    expect(one.stdout).toMatch(/^run +say@greeting=ccc\.score\n\w+ +3$/);
    const found = await project.pipeline('runs', '--filter', 'say@greeting=ccc.score>2', '--columns', 'score');
    expect(found.stdout).toMatch(/1–3$/);
  });
});

/** A stage whose metric is the length of its param. */
const EXPERIMENT = {
  'pipeline.yaml': `params: { greeting: a }
stages:
  say: { module: stages/say.ts, params: { greeting: "\${greeting}" } }
`,
  'stages/say.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  params: { type: 'object', properties: { greeting: { type: 'string' } }, required: ['greeting'] },
  outputs: ['out'],
  run({ params, outputs, metrics }) {
    if (params.greeting === 'broken') throw new Error('no');
    metrics({ score: params.greeting.length });
    writeFileSync(outputs.out, params.greeting);
  },
});
`,
};

/** Four runs with another param each; the first has failed. */
async function withExperiments(): Promise<Project> {
  const project = new Project(EXPERIMENT);
  for (const greeting of ['broken', 'bbbbbbbbbb', 'ccc', 'a']) await project.run('--set', `greeting=${greeting}`);
  return project;
}

function idsIn(table: string): string[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => /^\w+/.exec(line) ?? []);
}

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
    ['2', '2: ambiguous run: the ids of 3 runs start or end with it'],
  ])('pipeline diff %s is rejected with "%s", and exits with 2', async (run, words) => {
    const project = await withHistory();
    const refused = await project.pipeline('diff', run);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(words);
  });
});
