import { renameSync, utimesSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { toFinished } from '../../support/project.ts';
import { toy } from './toy-pipeline.ts';

const ALL = ['read', 'shout', 'count', 'join'];

describe('pipeline run', () => {
  test('pipeline run runs all stages once, and none the second time', async () => {
    const project = toy();
    const first = await project.run();
    expect(first.exitCode).toBe(0);
    expect([...first.which('ran')].sort()).toEqual([...ALL].sort());
    const second = await project.run();
    expect([...second.which('cached')].sort()).toEqual([...ALL].sort());
    expect(second.stages.map(({ outputs }) => outputs)).toEqual(first.stages.map(({ outputs }) => outputs));
  });

  test('pipeline run --json prints one JSON object per line and nothing else', async () => {
    const { stdout, stderr } = await toy().run();
    const types = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types[0]).toBe('run-started');
    expect(types.at(-1)).toBe('run-finished');
    expect(stderr).toContain('shout ran');
  });

  test('pipeline run prints what ran, and which commands to try next', async () => {
    const { stdout } = await toy().pipeline('run');
    expect(stdout).toMatch(/✓ join ran in [\d.]+ s/);
    expect(stdout).toContain('4 stages, 4 ran');
    expect(stdout).toMatch(/join\n {2}joined {2}2\n/);
    expect(stdout).toContain('pipeline inspect join.both');
  });

  test('metrics are stored with the result, and shown for cached stages too', async () => {
    const project = toy();
    await project.run();
    const { stages } = await project.run();
    expect(stages.find(({ name }) => name === 'count')?.metrics).toEqual({ words: 3 });
  });

  test('pipeline run works from a subfolder of the project, and with -f from anywhere', async () => {
    const project = toy();
    expect(toFinished(await project.start(['run', '--json'], {}, 'data')).which('ran')).toHaveLength(4);
    const file = project.path('pipeline.yaml');
    expect(toFinished(await project.start(['run', '--json', '-f', file], {}, '..')).which('cached')).toHaveLength(4);
  });

  test('all stages stay cached when the project is moved', async () => {
    const project = toy();
    await project.run();
    const moved = toy();
    renameSync(project.path('cache'), moved.path('cache'));
    expect((await moved.run()).which('ran')).toEqual([]);
  });
});

describe('an edit reruns only the stages that it can affect', () => {
  test.each<[string, (project: ReturnType<typeof toy>) => void, string[]]>([
    ['nothing', () => undefined, []],
    ['a comment in the pipeline file', (p) => p.edit('pipeline.yaml', '# shared', '# for all'), []],
    [
      'the order of keys',
      (p) =>
        p.edit(
          'pipeline.yaml',
          'module: stages/join.ts\n    inputs: { left: shout.text, right: count.count }',
          'inputs: { right: count.count, left: shout.text }\n    module: stages/join.ts',
        ),
      [],
    ],
    ['the time of an input', (p) => utimesSync(p.path('data/a.txt'), 1, 1), []],
    ['the time of a module', (p) => utimesSync(p.path('stages/read.ts'), 1, 1), []],
    ['formatting of a module', (p) => p.edit('stages/read.ts', "texts.join('')", "texts\n      .join( '' )"), []],
    ['a comment in a module', (p) => p.edit('lib/upper.ts', 'export', '// loud\nexport'), []],
    [
      'resources',
      (p) => p.edit('pipeline.yaml', 'module: stages/join.ts', 'module: stages/join.ts\n    resources: { cpu: 2 }'),
      [],
    ],
    ['the name of a stage', (p) => p.edit('pipeline.yaml', '  join:', '  joined:'), []],
    [
      'a default that is written out',
      (p) => p.edit('pipeline.yaml', 'greeting: "${greeting}"', 'greeting: "${greeting}", times: 1'),
      [],
    ],
    ['a param', (p) => p.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye'), ['shout', 'join']],
    [
      'a module that one stage imports',
      (p) => p.edit('lib/upper.ts', 'text.toUpperCase()', "text + '!'"),
      ['shout', 'join'],
    ],
    ['the code of the last stage', (p) => p.edit('stages/join.ts', "'left.txt'", "'l.txt'"), ['join']],
    ['an input that changes all outputs', (p) => p.write('data/c.txt', 'four\n'), ALL],
    [
      'an input that does not change the output of its reader (early cutoff)',
      (p) => p.write('data/b.txt', 'three\n\n'),
      ['read'],
    ],
  ])('an edit of %s reruns only the affected stages', async (_what, edit, expected) => {
    const project = toy();
    await project.run();
    edit(project);
    const { which, exitCode } = await project.run();
    expect(exitCode).toBe(0);
    expect([...which('ran')].sort()).toEqual([...expected].sort());
  });

  test('undoing an edit reruns nothing', async () => {
    const project = toy();
    await project.run();
    await project.run('--set', 'greeting=bye');
    expect((await project.run()).which('ran')).toEqual([]);
  });

  test('a change of a declared environment variable reruns its stage, a change of another one does not', async () => {
    const project = toy();
    project.edit('pipeline.yaml', 'module: stages/count.ts', 'module: stages/count.ts\n    env: [UNIT]');
    await project.run();
    const other = await project.start(['run', '--json'], { OTHER: '1' });
    expect(other.stdout).not.toContain('"outcome":"ran"');
    const declared = await project.start(['run', '--json'], { UNIT: 'words' });
    expect(declared.stderr).toContain('▶ count: env UNIT is set now');
  });
});

describe('pipeline run with a selection of stages', () => {
  test('--from reruns a stage and its downstream stages, even if they are cached', async () => {
    const project = toy();
    await project.run();
    const { which } = await project.run('--from', 'shout');
    expect(which('ran')).toEqual(['shout', 'join']);
    expect(which('cached')).toEqual(['read', 'count']);
  });

  test('--until runs nothing downstream of a stage', async () => {
    const { stages } = await toy().run('--until', 'count');
    expect(stages.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['read', 'ran'],
      ['count', 'ran'],
    ]);
  });

  test('--only runs a single stage, and fails if its inputs are not cached', async () => {
    const project = toy();
    const without = await project.run('--only', 'join');
    expect(without.exitCode).toBe(1);
    expect(without.which('ran')).toEqual([]);
    expect(without.stderr).toContain('the result of stage "read" is not in the cache (it has not run yet)');
    await project.run('shout', 'count');
    expect((await project.run('--only', 'join')).which('ran')).toEqual(['join']);
  });

  test('--force reruns all stages', async () => {
    const project = toy();
    await project.run();
    expect((await project.run('--force')).which('ran')).toHaveLength(4);
  });

  test('--dry-run and status run nothing, and show which stages would run, and why', async () => {
    const project = toy();
    await project.run();
    const { which, stages, exitCode } = await project.run('--dry-run', '--set', 'greeting=bye');
    expect(exitCode).toBe(0);
    expect(which('would-run')).toEqual(['shout', 'join']);
    expect(stages.map(({ reasons }) => reasons)).toEqual([[], ['param greeting hello → bye'], [], ['shout would run']]);
    expect((await project.pipeline('status', '--json')).which('cached')).toHaveLength(4);
  });
});

test('pipeline.lock has the key and the outputs of each stage, sorted, one per line', async () => {
  const project = toy();
  const { stages } = await project.run();
  const lines = project
    .read('pipeline.lock')
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  expect(lines[0]).toBe('count:');
  const join = stages.find(({ name }) => name === 'join');
  const start = lines.indexOf('join:');
  expect(lines.slice(start, start + 4)).toEqual([
    'join:',
    `  key: ${join?.key}`,
    '  outputs:',
    `    both: ${join?.outputs['both']}`,
  ]);
});
