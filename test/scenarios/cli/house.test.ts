import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { sweep } from '../../../src/engine/cache/housekeeping/sweep.ts';
import { collect } from '../../../src/engine/cli/collect.ts';
import { ownHandle } from '../../../src/shared/holder.ts';
import { Gate } from '../../support/gate.ts';
import { deadHandle } from '../../support/handles.ts';
import { type Finished, type Project, toFinished } from '../../support/project.ts';
import { gated, toy } from './toy.ts';

type Line = Readonly<Record<string, unknown>>;

function lines(finished: Finished, type: string): Line[] {
  const all = finished.stdout.split('\n').filter((line) => line !== '');
  return all.map((line) => JSON.parse(line) as Line).filter((line) => line['type'] === type);
}

const house = (project: Project, ...args: string[]) => project.pipeline('cache', ...args, '--json');

/** All files below a folder of the cache, absolute. */
function filesIn(project: Project, folder: string): string[] {
  const entries = readdirSync(project.path(`cache/${folder}`), { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function age(path: string, days: number): void {
  const time = Date.now() / 1000 - days * 86_400;
  utimesSync(path, time, time);
}

/** Changes a file so that neither its size, if possible, nor its times tell. */
function damage(path: string, how: 'flip' | 'truncate'): void {
  const { atime, mtime, mode, size } = statSync(path);
  chmodSync(path, 0o644);
  if (how === 'truncate') truncateSync(path, size - 1);
  else {
    const content = readFileSync(path);
    const middle = Math.floor(size / 2);
    content[middle] = (content[middle] ?? 0) ^ 1;
    writeFileSync(path, content);
  }
  chmodSync(path, mode);
  utimesSync(path, atime, mtime);
}

/** A finished run, another with another param, and a third as the first. */
async function withHistory(): Promise<Project> {
  const project = toy();
  await project.run();
  await project.run('--set', 'greeting=bye');
  await project.run();
  return project;
}

describe('pipeline runs', () => {
  test('lists the past runs, newest first', async () => {
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

  test('says which failed, and that there was none yet', async () => {
    const project = toy();
    expect((await project.pipeline('runs')).stdout).toBe('There has been no run yet.');
    project.edit('stages/count.ts', 'metrics({ words });', "throw new Error('no');");
    await project.run();
    expect(lines(await project.pipeline('runs', '--json'), 'run')).toMatchObject([{ outcome: 'failed', failed: 1 }]);
  });

  test('works where the pipeline file is broken', async () => {
    const project = await withHistory();
    project.write('pipeline.yaml', 'stages: [');
    expect(lines(await project.pipeline('runs', '--json'), 'run')).toHaveLength(3);
    expect((await project.pipeline('diff')).exitCode).toBe(0);
  });
});

describe('pipeline diff', () => {
  test('shows params, metrics and stages of two runs', async () => {
    const project = toy();
    await project.run();
    project.write('data/a.txt', 'one two three\n');
    project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
    await project.run();
    const { stdout, exitCode } = await project.pipeline('diff', 'latest~1', 'latest');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('params\n  shout.greeting  hello  →  bye\n');
    expect(stdout).toContain('metrics\n  count.words  3  →  4  +1\n  join.joined  2\n');
    expect(stdout).toMatch(/read +ran +[^\n]* other key, text differs\n/);
  });

  test('with one run compares it with the latest, and with none the last two', async () => {
    const project = await withHistory();
    const compared = async (...runs: string[]) => lines(await project.pipeline('diff', ...runs, '--json'), 'diff')[0];
    const [third, second, first] = lines(await project.pipeline('runs', '--json'), 'run').map((line) => line['run']);
    expect(await compared('latest~2')).toEqual({ type: 'diff', before: first, now: third });
    expect(await compared(String(first), String(second))).toEqual({ type: 'diff', before: first, now: second });
    expect(await compared()).toEqual({ type: 'diff', before: second, now: third });
  });

  test.each([
    ['latest~7', 'latest~7: there are only 3 runs'],
    ['1999', '1999: there is no such run'],
    ['2', '2: 3 runs begin so'],
  ])('of %s says what is wrong, with 2', async (run, words) => {
    const project = await withHistory();
    const refused = await project.pipeline('diff', run);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(words);
  });
});

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
    expect((await project.pipeline('cache', 'ls')).stdout).toContain('what is current is not known');
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

describe('pipeline cache verify', () => {
  test('finds a whole cache whole', async () => {
    const project = await withHistory();
    const finished = await project.pipeline('cache', 'verify');
    expect(finished).toMatchObject({ exitCode: 0, stdout: 'whole: 6 objects, 6 actions, 3 runs' });
  });

  test('finds each damaged file, names the stage, and the next run makes the same again', {
    timeout: 300_000,
  }, async () => {
    const project = toy();
    const first = await project.run();
    const files = [...filesIn(project, 'objects'), ...filesIn(project, 'actions')].map((path) =>
      relative(project.directory, path),
    );
    expect(files).toHaveLength(9);
    for (const file of files) {
      for (const how of ['flip', 'truncate'] as const) {
        damage(project.path(file), how);
        const verified = await house(project, 'verify');
        const [found, ...more] = lines(verified, 'damage') as {
          path: string;
          affects: { stage: string; age: string }[];
        }[];
        expect(verified.exitCode, `${how} ${file}`).toBe(1);
        expect(more).toEqual([]);
        expect(project.path(file).startsWith(found?.path ?? 'nothing'), `${how} ${file}`).toBe(true);
        const stages = found?.affects.map(({ stage }) => stage) ?? [];
        expect(stages).toHaveLength(1);
        expect(found?.affects[0]?.age).toBe('current');
        expect((await house(project, 'verify')).exitCode).toBe(0);
        const healed = await project.run();
        expect(healed.which('ran'), `${how} ${file}`).toEqual(stages);
        expect(healed.stages.map(({ outputs }) => outputs)).toEqual(first.stages.map(({ outputs }) => outputs));
      }
    }
  });

  test('does not trust what is remembered of times and inodes', async () => {
    const project = toy();
    await project.run();
    const remembered = project.read('cache/index/trees');
    const [object = ''] = filesIn(project, 'objects');
    damage(object, 'flip');
    project.write('cache/index/trees', remembered);
    expect((await house(project, 'verify')).exitCode).toBe(1);
  });

  test('finds missing and added files, and what the cache has not made', async () => {
    const project = toy();
    await project.run();
    const directory = dirname(filesIn(project, 'objects').find((path) => path.endsWith('left.txt')) ?? '');
    writeFileSync(join(directory, 'more.txt'), '');
    project.write('cache/objects/ab/cd', 'x');
    const [added, ...others] = lines(await house(project, 'verify'), 'damage');
    expect(added).toMatchObject({
      kind: 'object',
      path: directory,
      affects: [{ stage: 'join', output: 'both', age: 'current' }],
    });
    expect(others).toMatchObject([{ kind: 'strange', path: project.path('cache/objects/ab/cd') }]);
    expect((await project.run()).which('ran')).toEqual(['join']);
    const lost = filesIn(project, 'objects').find((path) => !path.includes('left') && !path.includes('right')) ?? '';
    renameSync(lost, project.path('gone'));
    expect(lines(await house(project, 'verify'), 'damage')).toMatchObject([{ kind: 'incomplete' }]);
    expect((await project.run()).which('ran')).toHaveLength(1);
    expect((await house(project, 'verify')).exitCode).toBe(0);
  });

  test('mends even a cache whose folder of objects is a file', async () => {
    const project = toy();
    await project.run();
    project.remove('cache/objects');
    project.write('cache/objects', 'x');
    expect(lines(await house(project, 'verify'), 'damage').map(({ kind }) => kind)).toContain('strange');
    expect((await project.run()).which('ran')).toHaveLength(4);
  });

  test('finds damaged records of runs, which other commands pass over', async () => {
    const project = await withHistory();
    const [, second = ''] = filesIn(project, 'runs').sort();
    damage(second, 'flip');
    expect(lines(await project.pipeline('runs', '--json'), 'run')).toHaveLength(2);
    expect(lines(await house(project, 'verify'), 'damage')).toMatchObject([{ kind: 'run', path: second }]);
    expect(existsSync(second)).toBe(false);
  });

  test('says of old results that they are old', async () => {
    const project = await withHistory();
    project.edit('pipeline.yaml', 'greeting: hello', 'greeting: third');
    await project.run();
    const bye =
      filesIn(project, 'objects').find(
        (path) => readFileSync(path, 'utf8').startsWith('bye') && !path.endsWith('left.txt'),
      ) ?? '';
    damage(bye, 'flip');
    const { stdout } = await project.pipeline('cache', 'verify');
    expect(stdout).toContain('    shout.text, of an earlier state of the pipeline\n');
  });

  test('beside a run does not take what is just being made for damaged', async () => {
    const gate = await Gate.open();
    const project = gated();
    const running = project.start(['run', '--json'], { GATE: gate.address });
    const [a, b] = [await gate.next(), await gate.next()];
    a.finish();
    expect(await house(project, 'verify')).toMatchObject({ exitCode: 0 });
    b.finish();
    (await gate.next()).finish();
    expect(toFinished(await running).which('ran')).toEqual(['a', 'b', 'c']);
    expect(await house(project, 'verify')).toMatchObject({ exitCode: 0 });
  });
});

describe('pipeline cache gc', () => {
  const stagesOf = (finished: Finished) =>
    lines(finished, 'garbage')
      .flatMap((line) => (line['kind'] === 'action' ? [line['stage']] : []))
      .sort();

  test('says what would go, and takes it away only with --yes', async () => {
    const project = await withHistory();
    const dry = await house(project, 'gc', '--keep-runs', '1');
    expect(stagesOf(dry)).toEqual(['join', 'shout']);
    expect(filesIn(project, 'actions')).toHaveLength(6);
    const done = await house(project, 'gc', '--keep-runs', '1', '--yes');
    expect(lines(done, 'cache-collected')).toMatchObject([{ dryRun: false, actions: 2, objects: 2, inUse: 0 }]);
    expect(filesIn(project, 'actions')).toHaveLength(4);
    expect(project.list('cache')).not.toContain('trash');
    expect(await house(project, 'verify')).toMatchObject({ exitCode: 0 });
    expect((await project.run()).which('cached')).toHaveLength(4);
  });

  test('keeps what the last runs, the lockfile, and the pipeline as it stands use', async () => {
    const project = await withHistory();
    expect(stagesOf(await house(project, 'gc'))).toEqual([]);
    project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
    expect(stagesOf(await house(project, 'gc', '--keep-runs', '0'))).toEqual([]);
    project.remove('pipeline.lock');
    expect(stagesOf(await house(project, 'gc', '--keep-runs', '0'))).toEqual(['join', 'shout']);
  });

  test('by size takes the least recently used', async () => {
    const project = toy();
    for (const greeting of ['one', 'two', 'three', 'two', 'hello']) await project.run('--set', `greeting=${greeting}`);
    const shouts = (finished: Finished) =>
      lines(finished, 'garbage').filter((line) => line['kind'] === 'object').length;
    expect(shouts(await house(project, 'gc', '--keep-runs', '1', '--max-size', '1GB'))).toBe(0);
    expect(stagesOf(await house(project, 'gc', '--keep-runs', '1', '--max-size', '1B'))).toHaveLength(6);
    const [{ staying } = {}] = lines(await house(project, 'gc', '--max-size', '1GB'), 'cache-collected');
    const some = await house(project, 'gc', '--keep-runs', '1', '--max-size', `${Number(staying) - 1}B`, '--yes');
    // The oldest result alone: «two» was used again after «three».
    expect(stagesOf(some)).toHaveLength(1);
    expect((await project.run('--set', 'greeting=two')).which('cached')).toHaveLength(4);
    expect((await project.run('--set', 'greeting=three')).which('cached')).toHaveLength(4);
    expect((await project.run('--set', 'greeting=one')).which('ran')).not.toEqual([]);
  });

  test('by age takes nothing that was used since', async () => {
    const project = await withHistory();
    expect(stagesOf(await house(project, 'gc', '--keep-runs', '1', '--older-than', '1h'))).toEqual([]);
    expect(stagesOf(await house(project, 'gc', '--keep-runs', '1', '--older-than', '0d'))).toEqual(['join', 'shout']);
  });

  test('works where the pipeline file is broken, and keeps what the lockfile and the last runs need', async () => {
    const project = await withHistory();
    project.write('pipeline.yaml', 'stages: [');
    const done = await house(project, 'gc', '--keep-runs', '0', '--yes');
    expect(done.stderr).toContain('what the pipeline uses as it stands is not known');
    expect(lines(done, 'cache-collected')).toMatchObject([{ currentKnown: false, actions: 2 }]);
    project.write('pipeline.lock', '<<<<<<< HEAD\n');
    expect(await house(project, 'gc', '--keep-runs', '0', '--yes')).toMatchObject({ exitCode: 2 });
  });

  test('takes what killed processes left, and nothing that is young', async () => {
    const project = await withHistory();
    const { pid } = process;
    const dead = deadHandle();
    const old = [
      `cache/work/${'a'.repeat(64)}/work/checkpoint`,
      `cache/runs/20200101-000000-abcdef.json.1`,
      `cache/index/plans/${'b'.repeat(64)}.json`,
      `cache/index/code/${'b'.repeat(64)}.json`,
      `cache/index/listings/${'b'.repeat(64)}.json`,
      `cache/trash/${dead}/0-x/y`,
      `cache.verify.${dead}/objects/x`,
    ];
    const young = [`cache/work/${'c'.repeat(64)}/work/checkpoint`, `cache/runs/20200101-000001-abcdef.json.${pid}`];
    for (const path of [...old, ...young]) project.write(path, 'x');
    for (const path of old) age(project.path(path), 31);
    const used = filesIn(project, 'index').filter((path) => /code|listings/.test(path) && !path.includes('bbb'));
    expect(used.length).toBeGreaterThan(3);
    for (const path of used) age(path, 31);
    for (const path of [`cache/work/${'a'.repeat(64)}`, `cache/work/${'a'.repeat(64)}/work`])
      age(project.path(path), 31);
    const done = await house(project, 'gc', '--yes');
    expect(lines(done, 'cache-collected')).toMatchObject([{ actions: 0, leftovers: 7 }]);
    expect(old.filter((path) => project.exists(path))).toEqual([]);
    expect([...young.map((path) => project.path(path)), ...used].filter((path) => !existsSync(path))).toEqual([]);
  });

  test('that is killed between records and contents only wastes space', async () => {
    const project = await withHistory();
    const standing = {
      current: new Map(),
      locked: new Map(),
      codes: new Set<never>(),
      lockfileIsRead: true,
      problems: [],
    };
    const { garbage } = collect(project.path('cache'), standing, { keepRuns: 1 });
    expect(garbage).toMatchObject({ actions: { length: 2 }, objects: { length: 2 } });
    await sweep(project.path('cache'), { ...garbage, objects: [] }, [], new AbortController().signal);
    expect(await house(project, 'verify')).toMatchObject({ exitCode: 0 });
    expect(lines(await house(project, 'gc', '--yes'), 'cache-collected')).toMatchObject([{ actions: 0, objects: 2 }]);
    expect((await project.run()).which('cached')).toHaveLength(4);
  });

  test('beside a run leaves what that has looked up and what it makes', async () => {
    const gate = await Gate.open();
    const project = gated();
    const start = async (...args: string[]) => {
      const running = project.start(['run', '--json', ...args], { GATE: gate.address });
      return { running };
    };
    const { running: first } = await start();
    for (let stage = 0; stage < 3; stage++) (await gate.next()).finish();
    expect((await first).exitCode).toBe(0);
    project.remove('pipeline.lock');

    const { running: second } = await start('--from', 'b');
    const b = await gate.next();
    // From now on nothing but the run under way needs the result of `a`.
    project.edit('pipeline.yaml', 'name: a', 'name: z');
    const collect = () =>
      project.start(['cache', 'gc', '--keep-runs', '0', '--yes', '--json'], { GATE: gate.address }).then(toFinished);
    const beside = lines(await collect(), 'cache-collected')[0];
    expect(beside?.['inUse']).toBeGreaterThan(0);
    b.finish();
    (await gate.next()).finish();
    const finished = toFinished(await second);
    expect(finished.exitCode).toBe(0);
    expect(finished.which('cached')).toEqual(['a']);
    expect(finished.which('ran')).toEqual(['b', 'c']);

    // Once the run is over nothing needs it any more.
    project.remove('pipeline.lock');
    expect(lines(await collect(), 'garbage').map((line) => line['stage'])).toContain('a');
    expect(project.list('cache/index/live')).toEqual([]);
  });

  test('is waited for by a look-up that begins while things are being taken away', async () => {
    const project = toy();
    await project.run();
    mkdirSync(project.path('cache/index'), { recursive: true });
    // This process stands for a gc in the midst of it.
    project.write('cache/index/sweep.lock', ownHandle());
    const running = project.start(['run', '--json']);
    await vi.waitFor(() => expect(project.list('cache/index/live')).toHaveLength(1), { timeout: 30_000 });
    project.remove('cache/actions');
    project.remove('cache/index/sweep.lock');
    expect(toFinished(await running).which('ran')).toEqual(['read', 'shout', 'count', 'join']);
  });
});
