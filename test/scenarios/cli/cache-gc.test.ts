import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { sweep } from '../../../src/engine/cache/housekeeping/sweep.ts';
import { collect } from '../../../src/engine/cli/collect.ts';
import { ownHandle } from '../../../src/shared/holder.ts';
import { Gate } from '../../support/gate.ts';
import { deadHandle } from '../../support/handles.ts';
import { type Finished, toFinished } from '../../support/project.ts';
import { commandIn } from '../../support/session.ts';
import { cacheCommand, filesIn, lines, withHistory } from './cache-commands.ts';
import { gated, toy } from './toy-pipeline.ts';

function age(path: string, days: number): void {
  const time = Date.now() / 1000 - days * 86_400;
  utimesSync(path, time, time);
}

describe('pipeline cache gc', () => {
  const stagesOf = (finished: Finished) =>
    lines(finished, 'garbage')
      .flatMap((line) => (line['kind'] === 'action' ? [line['stage']] : []))
      .sort();

  test('cache gc lists unreferenced results, and deletes them only with --yes', async () => {
    const project = await withHistory();
    const dry = await cacheCommand(project, 'gc', '--keep-runs', '1');
    expect(stagesOf(dry)).toEqual(['join', 'shout']);
    expect(filesIn(project, 'actions')).toHaveLength(6);
    const done = await cacheCommand(project, 'gc', '--keep-runs', '1', '--yes');
    expect(lines(done, 'cache-collected')).toMatchObject([{ dryRun: false, actions: 2, objects: 2, inUse: 0 }]);
    expect(filesIn(project, 'actions')).toHaveLength(4);
    expect(project.list('cache')).not.toContain('trash');
    expect(await cacheCommand(project, 'verify')).toMatchObject({ exitCode: 0 });
    expect((await project.run()).which('cached')).toHaveLength(4);
  });

  test('cache gc keeps what the last runs, the lockfile and the current pipeline use', async () => {
    const project = await withHistory();
    expect(stagesOf(await cacheCommand(project, 'gc'))).toEqual([]);
    project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
    expect(stagesOf(await cacheCommand(project, 'gc', '--keep-runs', '0'))).toEqual([]);
    project.remove('pipeline.lock');
    expect(stagesOf(await cacheCommand(project, 'gc', '--keep-runs', '0'))).toEqual(['join', 'shout']);
  });

  test('cache gc --max-size deletes the least recently used results', async () => {
    const project = toy();
    for (const greeting of ['one', 'two', 'three', 'two', 'hello']) await project.run('--set', `greeting=${greeting}`);
    const shouts = (finished: Finished) =>
      lines(finished, 'garbage').filter((line) => line['kind'] === 'object').length;
    expect(shouts(await cacheCommand(project, 'gc', '--keep-runs', '1', '--max-size', '1GB'))).toBe(0);
    expect(stagesOf(await cacheCommand(project, 'gc', '--keep-runs', '1', '--max-size', '1B'))).toHaveLength(6);
    const [{ staying } = {}] = lines(await cacheCommand(project, 'gc', '--max-size', '1GB'), 'cache-collected');
    const some = await cacheCommand(
      project,
      'gc',
      '--keep-runs',
      '1',
      '--max-size',
      `${Number(staying) - 1}B`,
      '--yes',
    );
    // The oldest result alone: "two" was used again after "three".
    expect(stagesOf(some)).toHaveLength(1);
    expect((await project.run('--set', 'greeting=two')).which('cached')).toHaveLength(4);
    expect((await project.run('--set', 'greeting=three')).which('cached')).toHaveLength(4);
    expect((await project.run('--set', 'greeting=one')).which('ran')).not.toEqual([]);
  });

  test('cache gc --older-than keeps what was used since', async () => {
    const project = await withHistory();
    expect(stagesOf(await cacheCommand(project, 'gc', '--keep-runs', '1', '--older-than', '1h'))).toEqual([]);
    expect(stagesOf(await cacheCommand(project, 'gc', '--keep-runs', '1', '--older-than', '0d'))).toEqual([
      'join',
      'shout',
    ]);
  });

  test('cache gc works with an invalid pipeline file, and keeps what the lockfile and the last runs need', async () => {
    const project = await withHistory();
    project.write('pipeline.yaml', 'stages: [');
    const done = await cacheCommand(project, 'gc', '--keep-runs', '0', '--yes');
    expect(done.stderr).toContain('cannot tell which results the current pipeline uses');
    expect(lines(done, 'cache-collected')).toMatchObject([{ currentKnown: false, actions: 2 }]);
    project.write('pipeline.lock', '<<<<<<< HEAD\n');
    expect(await cacheCommand(project, 'gc', '--keep-runs', '0', '--yes')).toMatchObject({ exitCode: 2 });
  });

  test('cache gc deletes temporary files of killed processes, but no recent ones', async () => {
    const project = await withHistory();
    const dead = deadHandle();
    const old = [
      `cache/work/${'a'.repeat(64)}/work/checkpoint`,
      `cache/runs/20200101-000000-abcdef.json.tmp-${'0'.repeat(16)}`,
      `cache/downloads/x.lock.tmp-${'0'.repeat(16)}`,
      `pipeline.lock.tmp-${'0'.repeat(16)}`,
      `cache/index/listings/${'b'.repeat(64)}`,
      // As an earlier version left it.
      'cache/index/stages.json',
      `cache/trash/${dead}/0-x/y`,
      `cache.verify.${dead}/objects/x`,
    ];
    const young = [
      `cache/work/${'c'.repeat(64)}/work/checkpoint`,
      `cache/runs/20200101-000001-abcdef.json.tmp-${'1'.repeat(16)}`,
    ];
    for (const path of [...old, ...young]) project.write(path, 'x');
    for (const path of old) age(project.path(path), 31);
    const used = filesIn(project, 'index').filter((path) => path.includes('listings') && !path.includes('bbb'));
    expect(used).toHaveLength(1);
    for (const path of used) age(path, 31);
    for (const path of [`cache/work/${'a'.repeat(64)}`, `cache/work/${'a'.repeat(64)}/work`])
      age(project.path(path), 31);
    const done = await cacheCommand(project, 'gc', '--yes');
    expect(lines(done, 'cache-collected')).toMatchObject([{ actions: 0, leftovers: 8 }]);
    expect(old.filter((path) => project.exists(path))).toEqual([]);
    expect([...young.map((path) => project.path(path)), ...used].filter((path) => !existsSync(path))).toEqual([]);
  });

  test('cache gc deletes remembered plans, code and tables of folders that are old, and the memory of projects that are not used any more', async () => {
    const project = await withHistory();
    const other = await withHistory();
    const unused = [
      project.remembered(`plans/${'b'.repeat(64)}.json`),
      project.remembered(`code/${'b'.repeat(64)}.json`),
      project.remembered(`files/${'b'.repeat(64)}`),
    ];
    mkdirSync(project.remembered('files'), { recursive: true });
    for (const path of unused) writeFileSync(path, 'x');
    for (const folder of [project.remembered(''), other.remembered('')]) {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) age(join(folder, name), 31);
      age(folder, 31);
    }
    const used = readdirSync(project.remembered('code')).filter((name) => !name.includes('bbb'));
    expect((await cacheCommand(project, 'gc')).exitCode).toBe(0);
    expect([...unused, other.remembered('')].filter((path) => !existsSync(path))).toEqual([]);
    await cacheCommand(project, 'gc', '--yes');
    expect([...unused, other.remembered('')].filter((path) => existsSync(path))).toEqual([]);
    expect(readdirSync(project.remembered('code'))).toEqual(used);
    expect((await other.run()).which('cached')).toHaveLength(4);
  });

  test('a cache gc that is killed between records and objects only wastes disk space', async () => {
    const project = await withHistory();
    const standing = {
      current: new Map(),
      pipeline: 'toy',
      locked: new Map(),
      codes: new Set<never>(),
      lockfileIsRead: true,
      problems: [],
    };
    const { garbage } = collect(standing, { keepRuns: 1 }, commandIn(project));
    expect(garbage).toMatchObject({ actions: { length: 2 }, objects: { length: 2 } });
    await sweep(project.path('cache'), { ...garbage, objects: [] }, [], new AbortController().signal);
    expect(await cacheCommand(project, 'verify')).toMatchObject({ exitCode: 0 });
    expect(lines(await cacheCommand(project, 'gc', '--yes'), 'cache-collected')).toMatchObject([
      { actions: 0, objects: 2 },
    ]);
    expect((await project.run()).which('cached')).toHaveLength(4);
  });

  test('cache gc during a run keeps what the run has looked up and what it creates', async () => {
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
    // From now on only the run in progress needs the result of `a`.
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

    // After the run, the result is unreferenced.
    project.remove('pipeline.lock');
    expect(lines(await collect(), 'garbage').map((line) => line['stage'])).toContain('a');
    expect(project.list('cache/index/live')).toEqual([]);
  });

  test('a look-up that starts during a deletion waits for it', async () => {
    const project = toy();
    await project.run();
    mkdirSync(project.path('cache/index'), { recursive: true });
    // This process acts as a gc that is in progress.
    project.write('cache/index/sweep.lock', ownHandle());
    const running = project.start(['run', '--json']);
    await vi.waitFor(() => expect(project.list('cache/index/live')).toHaveLength(1), { timeout: 30_000 });
    project.remove('cache/actions');
    project.remove('cache/index/sweep.lock');
    expect(toFinished(await running).which('ran')).toEqual(['read', 'shout', 'count', 'join']);
  });
});
