import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { endWorker, holderOf, lock } from '../../src/shared/file-lock.ts';

const NEVER = new AbortController().signal;
let path: string;

beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), 'pipeline-lock-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  path = join(directory, 'key.lock');
});

describe('a lock', () => {
  test('left behind by a process that is gone is taken over', async () => {
    const { pid } = spawnSync('true');
    writeFileSync(path, JSON.stringify({ host: hostname(), pid, started: '1' }));
    const release = await lock(path, () => expect.unreachable('it is not held'), NEVER);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid });
    release?.();
    expect(existsSync(path)).toBe(false);
  });

  test('of a process whose number now means another process is taken over', async () => {
    writeFileSync(path, JSON.stringify({ host: hostname(), pid: process.pid, started: '1' }));
    expect(await lock(path, () => expect.unreachable('it is not held'), NEVER)).toBeDefined();
  });

  test('of another machine stands, since nothing is known of its processes', async () => {
    writeFileSync(path, JSON.stringify({ host: 'elsewhere', pid: 1, started: '1' }));
    const cancel = new AbortController();
    let holder = '';
    const waiting = (who: string) => {
      holder = who;
      cancel.abort();
    };
    expect(await lock(path, waiting, cancel.signal)).toBeUndefined();
    expect(holder).toBe(`process 1 on elsewhere (if that is gone, remove ${path})`);
  });

  test('does not touch what a process of the same number on another machine is writing', async () => {
    const theirs = `${path}.${process.pid}`;
    writeFileSync(theirs, 'theirs');
    await lock(path, () => undefined, NEVER);
    expect(readFileSync(theirs, 'utf8')).toBe('theirs');
  });

  test('that is a directory, however that came about, is no lock', async () => {
    mkdirSync(join(path, 'inner'), { recursive: true });
    utimesSync(path, 1, 1);
    (await lock(path, () => expect.unreachable('it is not held'), NEVER))?.();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  test('whose breaker was killed, too, is taken over', async () => {
    const { pid } = spawnSync('true');
    const dead = JSON.stringify({ host: hostname(), pid, started: '1' });
    writeFileSync(path, dead);
    writeFileSync(`${path}.breaking`, dead);
    (await lock(path, () => expect.unreachable('it is not held'), NEVER))?.();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  test('is held by one of many that want it at once', async () => {
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        const release = await lock(path, () => undefined, NEVER);
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
        release?.();
      }),
    );
    expect(most).toBe(1);
  });
});

test('a process that outlived the run that it worked for is ended before its place is taken', async () => {
  const worker = spawn(process.execPath, ['--eval', 'setInterval(() => undefined, 1000)'], { detached: true });
  const ended = new Promise((resolve) => worker.on('exit', (_code, signal) => resolve(signal)));
  await new Promise((resolve) => worker.on('spawn', resolve));
  writeFileSync(path, JSON.stringify(holderOf(worker.pid ?? 0)));
  await endWorker(path);
  expect(await ended).toBe('SIGKILL');
  // Another process that has the same number now is left alone.
  writeFileSync(path, JSON.stringify({ ...holderOf(process.pid), started: '1' }));
  await endWorker(path);
});
