import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { deadMarkers, Uses, usedByOthers, whileNothingIsLookedUp } from '../../../../src/engine/cache/local/uses.ts';
import { type ActionKey, sha256 } from '../../../../src/engine/fingerprint/digest.ts';
import { deadHandle, foreignHandle, parentHandle, reusedHandle } from '../../../support/handles.ts';

const NEVER = new AbortController().signal;
const KEY = sha256('key') as string as ActionKey;
let cache: string;
let live: string;

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'pipeline-uses-'));
  onTestFinished(() => rmSync(cache, { recursive: true }));
  live = join(cache, 'index/live');
  mkdirSync(live, { recursive: true });
});

/** What a process told that it uses. */
function told(holder: string, days = 0): string {
  const path = join(live, holder);
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
    told(parentHandle(), 100);
    expect([...usedByOthers(cache)]).toEqual([KEY]);
    expect(deadMarkers(cache)).toEqual([]);
  });

  test('does not count once its process is gone, or another has its id', () => {
    const gone = told(deadHandle());
    const reused = told(reusedHandle());
    expect([...usedByOthers(cache)]).toEqual([]);
    expect([...deadMarkers(cache)].sort()).toEqual([gone, reused].sort());
  });

  test('in another container counts until its heartbeat has been missing for a day', () => {
    const old = told(foreignHandle(1), 2);
    expect(deadMarkers(cache)).toEqual([old]);
    expect([...usedByOthers(cache)]).toEqual([]);
    told(foreignHandle(2), 0.9);
    expect([...usedByOthers(cache)]).toEqual([KEY]);
  });
});

test('a lock that a sweep left on a machine that is gone holds nobody up', () => {
  const path = join(cache, 'index/sweep.lock');
  writeFileSync(path, foreignHandle());
  utimesSync(path, 1, 1);
  new Uses(cache).tell(KEY);
});

test('a lock that a sweep left before the clock was set back holds nobody up', () => {
  const path = join(cache, 'index/sweep.lock');
  writeFileSync(path, foreignHandle());
  utimesSync(path, new Date(), new Date(Date.now() + 3_600_000));
  new Uses(cache).tell(KEY);
});

test('one sweep takes things away at a time', async () => {
  const order: number[] = [];
  await Promise.all([1, 2, 3].map((each) => whileNothingIsLookedUp(cache, () => order.push(each), NEVER)));
  expect(order.sort()).toEqual([1, 2, 3]);
  expect(readdirSync(join(cache, 'index'))).toEqual(['live']);
});
