import { cpSync, readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Finished, Project } from '../../support/project.ts';
import { toy } from '../cli/toy-pipeline.ts';
import { editRecord, forgeFiles, readRecord, recordPath, repoint } from './attacks.ts';

let project: Project;
let right: Finished;
let lock: string;

beforeEach(async () => {
  project = toy();
  right = await project.run();
  lock = project.read('pipeline.lock');
});

const outputsOf = ({ stages }: Finished) => stages.map(({ name, outputs }) => [name, outputs]);
const NOT_MINE = 'in the cache was not computed by you';

/** Expects that a command leaves the lockfile alone and has the results that a clean run has. */
function expectRight(finished: Finished): void {
  expect(finished.exitCode, finished.stderr).toBe(0);
  expect(outputsOf(finished)).toEqual(outputsOf(right));
  expect(project.read('pipeline.lock')).toBe(lock);
}

describe('content that was changed without a trace in its size and modification time', () => {
  const forge = () => forgeFiles(project.path('cache/objects'));

  test.each(['run', 'run --locked'])('is computed again by pipeline %s', async (command) => {
    forge();
    const finished = await project.pipeline(...command.split(' '), '--json');
    expectRight(finished);
    expect(finished.which('ran')).toEqual(['read', 'shout', 'count', 'join']);
  });

  test('is not handed out by export and inspect, and status says that its stage would run', async () => {
    forge();
    for (const command of [
      ['export', 'join', project.path('out')],
      ['inspect', 'join'],
    ]) {
      const refused = await project.pipeline(...command);
      expect(refused.exitCode).toBe(2);
      expect(refused.stderr).toContain('the current result of stage "join" is not in the cache');
    }
    expect(project.exists('out')).toBe(false);
    expect((await project.pipeline('status', '--json')).which('would-run')).toContain('read');
  });

  test('is found by cache verify, and not read by verify', async () => {
    forge();
    expect((await project.pipeline('verify', '--json')).exitCode).toBe(0);
    expect((await project.pipeline('cache', 'verify')).exitCode).toBe(1);
    expectRight(await project.run());
  });

  test('is found by somebody who sees the cache for the first time', async () => {
    const theirs = toy();
    cpSync(project.path('cache'), theirs.path('cache'), { recursive: true, preserveTimestamps: true });
    forgeFiles(theirs.path('cache/objects'));
    expect(outputsOf(await theirs.run())).toEqual(outputsOf(right));
  });
});

describe('a record that names the content of another stage', () => {
  const attack = () => repoint(project, 'shout', 'count');
  const REASON = 'the cache has another result under its key than a lockfile of the project';

  test('is a cache miss of run if pipeline.lock has its key', async () => {
    attack();
    const finished = await project.run();
    expectRight(finished);
    expect(finished.which('ran')).toEqual(['shout']);
    expect(finished.stages.find(({ name }) => name === 'shout')?.reasons).toEqual([REASON]);
    expect((await project.run()).which('ran')).toEqual([]);
  });

  test.each(['run --locked', 'verify join'])('is refused by pipeline %s', async (command) => {
    attack();
    const refused = await project.pipeline(...command.split(' '));
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr + refused.stdout).toContain('The cached result differs from the lockfile');
    expectRight(await project.run());
  });

  test('is not used by status, export and inspect', async () => {
    attack();
    const status = await project.pipeline('status', '--json');
    expect(status.which('would-run')).toEqual(['shout', 'join']);
    for (const command of [
      ['export', 'shout', project.path('out')],
      ['inspect', 'shout'],
    ]) {
      const refused = await project.pipeline(...command);
      expect(refused.exitCode).toBe(2);
      expect(refused.stderr).toContain(`the current result of stage "shout" is not in the cache (${REASON})`);
    }
    expect(project.exists('out')).toBe(false);
    expect((await project.pipeline('verify')).exitCode).toBe(0);
  });

  test('is used with a warning if pipeline.lock does not have its key, and does not get into it', async () => {
    await project.run('--set', 'greeting=bye', '--until', 'shout');
    project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
    const path = recordPath(project, 'join');
    const [key = ''] = right.stages.flatMap((stage) => (stage.name === 'shout' ? [stage.key ?? ''] : []));
    project.remove(`cache/actions/${key.slice(0, 2)}/${key.slice(2)}.json`);
    attack();
    const warned = await project.run();
    expect(warned.exitCode).toBe(0);
    expect(warned.stderr).toContain(`the result of shout ${NOT_MINE}`);
    expect(warned.stderr).toContain('pipeline.lock was not written');
    expect(project.read('pipeline.lock')).toBe(lock);
    expect((await project.pipeline('inspect', 'shout')).stderr).toContain(`the result of shout ${NOT_MINE}`);
    const recomputed = await project.run('--force', 'shout');
    expect(recomputed.stderr).not.toContain(NOT_MINE);
    const { exitCode, stderr } = await project.run();
    expect(exitCode).toBe(0);
    expect(stderr).toContain('pipeline.lock: join, shout changed');
    expect(readRecord(path)?.key).toBeDefined();
  });
});

describe('a record that is not about the key that it is filed under', () => {
  test.each([
    [
      'another document',
      (record: ReturnType<typeof readRecord> & object) => ({
        ...record,
        document: { ...record.document, params: { greeting: 'x' } },
      }),
    ],
    [
      'another key',
      (record: ReturnType<typeof readRecord> & object) => ({
        ...record,
        key: record.document.code as string as typeof record.key,
      }),
    ],
  ])('is a cache miss, and cache verify deletes it: %s', async (_what, edit) => {
    editRecord(project, 'shout', edit);
    expect((await project.pipeline('status', '--json')).which('would-run')).toEqual(['shout', 'join']);
    const verified = await project.pipeline('cache', 'verify');
    expect(verified.exitCode).toBe(1);
    expectRight(await project.run());
  });
});

test('pipeline run says which stages changed in pipeline.lock when it rewrites it', async () => {
  project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
  expect((await project.run()).stderr).toContain('pipeline.lock: join, shout changed');
  expect((await project.run()).stderr).not.toContain('pipeline.lock');
});

describe('the results of somebody else', () => {
  /** The same pipeline with another user's key. */
  const asOther = async (...args: string[]) => {
    const started = project.start(args, {
      XDG_STATE_HOME: project.path('other'),
      XDG_CACHE_HOME: project.path('other'),
    });
    return started;
  };

  test('are used without a word if pipeline.lock has them', async () => {
    const { exitCode, stderr, stdout } = await asOther('run', '--json');
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('"outcome":"ran"');
    expect(stderr).not.toContain('not computed by you');
  });

  test('are written to pipeline.lock once they are believed or computed', async () => {
    project.remove('pipeline.lock');
    const warned = await asOther('run', '--json');
    expect(warned.exitCode).toBe(0);
    expect(warned.stderr).toContain('the results of read, shout, count, join in the cache were not computed by you');
    expect(project.exists('pipeline.lock')).toBe(false);
    const believed = await asOther('run', '--trust-cache');
    expect(believed.exitCode).toBe(0);
    expect(believed.stderr).toBe('');
    expect(readFileSync(project.path('pipeline.lock'), 'utf8')).toBe(lock);
    project.remove('pipeline.lock');
    expect((await asOther('run')).stderr).toBe('');
    expect(readFileSync(project.path('pipeline.lock'), 'utf8')).toBe(lock);
  });
});
