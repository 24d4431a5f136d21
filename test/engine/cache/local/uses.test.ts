import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { deadMarkers, Uses, usedByOthers, whileNothingIsLookedUp } from '../../../../src/engine/cache/local/uses.ts';
import { type ActionKey, sha256 } from '../../../../src/engine/fingerprint/digest.ts';
import { self } from '../../../../src/shared/file-lock.ts';

const NEVER = new AbortController().signal;
const KEY = sha256('key') as string as ActionKey;
const parent = { pid: process.ppid, host: hostname() };
let cache: string;
let live: string;

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'pipeline-uses-'));
  onTestFinished(() => rmSync(cache, { recursive: true }));
  live = join(cache, 'index/live');
  mkdirSync(live, { recursive: true });
});

/** What a process told that it uses. */
function told(pid: number | undefined, started: string, host: string, days = 0): string {
  const path = join(live, `${pid}.${started}.${host}`);
  writeFileSync(path, `${KEY}\n`);
  const time = Date.now() / 1000 - days * 86_400;
  utimesSync(path, time, time);
  return path;
}

describe('what is looked up', () => {
  test('is told while the command is under way', () => {
    const uses = new Uses(cache);
    uses.tell(KEY, KEY);
    uses.tell(KEY);
    expect(readdirSync(live)).toHaveLength(1);
    uses.release();
    expect(readdirSync(live)).toEqual([]);
  });

  test('leaves no trace where nothing is looked up, or nothing may be written', () => {
    new Uses(join(cache, 'nowhere')).release();
    expect(existsSync(join(cache, 'nowhere'))).toBe(false);
    writeFileSync(join(cache, 'file'), '');
    const uses = new Uses(join(cache, 'file'));
    uses.tell(KEY);
    uses.release();
  });

  test('counts for others while its process lives', () => {
    told(parent.pid, '', parent.host, 100);
    expect([...usedByOthers(cache)]).toEqual([KEY]);
    expect(deadMarkers(cache)).toEqual([]);
  });

  test('does not count once its process is gone, or another has its id', () => {
    const gone = told(spawnSync('true').pid, '1', parent.host);
    const reused = told(parent.pid, '1', parent.host);
    expect([...usedByOthers(cache)]).toEqual([]);
    expect([...deadMarkers(cache)].sort()).toEqual([gone, reused].sort());
  });

  test('on another machine counts for a month', () => {
    const old = told(1, '1', 'elsewhere', 31);
    expect(deadMarkers(cache)).toEqual([old]);
    expect([...usedByOthers(cache)]).toEqual([]);
    told(2, '1', 'elsewhere', 29);
    expect([...usedByOthers(cache)]).toEqual([KEY]);
  });
});

test('a lock that a sweep left on a machine that is gone holds nobody up', () => {
  const path = join(cache, 'index/sweep.lock');
  writeFileSync(path, JSON.stringify({ ...self(), host: 'elsewhere' }));
  utimesSync(path, 1, 1);
  new Uses(cache).tell(KEY);
});

test('one sweep takes things away at a time', async () => {
  const order: number[] = [];
  await Promise.all([1, 2, 3].map((each) => whileNothingIsLookedUp(cache, () => order.push(each), NEVER)));
  expect(order.sort()).toEqual([1, 2, 3]);
  expect(readdirSync(join(cache, 'index'))).toEqual(['live']);
});
