import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { deadMarkers, UseMarker, usedByOthers, withSweepLock } from '../../../../src/engine/cache/local/use-marker.ts';
import { type ActionKey, sha256 } from '../../../../src/engine/fingerprint/digest.ts';
import { deadHandle, foreignHandle, parentHandle, reusedHandle } from '../../../support/handles.ts';

const NEVER = new AbortController().signal;
const KEY = sha256('key') as string as ActionKey;
let cache: string;
let live: string;

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'pipeline-marker-'));
  onTestFinished(() => rmSync(cache, { recursive: true }));
  live = join(cache, 'index/live');
  mkdirSync(live, { recursive: true });
});

/** Writes the marker of another process. */
function markerOf(holder: string, days = 0): string {
  const path = join(live, holder);
  writeFileSync(path, `${KEY}\n`);
  const time = Date.now() / 1000 - days * 86_400;
  utimesSync(path, time, time);
  return path;
}

describe('the marker of what a command uses', () => {
  test('lists what was looked up, while the command is running', () => {
    const marker = new UseMarker(cache);
    marker.add(KEY, KEY);
    marker.add(KEY);
    expect(readdirSync(live)).toHaveLength(1);
    marker.release();
    expect(readdirSync(live)).toEqual([]);
  });

  test('is not written if nothing is looked up or the cache is not writable', () => {
    new UseMarker(join(cache, 'nowhere')).release();
    expect(existsSync(join(cache, 'nowhere'))).toBe(false);
    writeFileSync(join(cache, 'file'), '');
    const marker = new UseMarker(join(cache, 'file'));
    marker.add(KEY);
    marker.release();
  });

  test('counts for other processes while its process is alive', () => {
    markerOf(parentHandle(), 100);
    expect([...usedByOthers(cache)]).toEqual([KEY]);
    expect(deadMarkers(cache)).toEqual([]);
  });

  test('does not count once its process has ended, or another process has its id', () => {
    const ended = markerOf(deadHandle());
    const reused = markerOf(reusedHandle());
    expect([...usedByOthers(cache)]).toEqual([]);
    expect([...deadMarkers(cache)].sort()).toEqual([ended, reused].sort());
  });

  test('counts in another container until its heartbeat has been missing for a day', () => {
    const old = markerOf(foreignHandle(1), 2);
    expect(deadMarkers(cache)).toEqual([old]);
    expect([...usedByOthers(cache)]).toEqual([]);
    markerOf(foreignHandle(2), 0.9);
    expect([...usedByOthers(cache)]).toEqual([KEY]);
  });
});

test('a look-up ignores the sweep lock of a machine that has crashed', () => {
  const path = join(cache, 'index/sweep.lock');
  writeFileSync(path, foreignHandle());
  utimesSync(path, 1, 1);
  new UseMarker(cache).add(KEY);
});

test('a look-up ignores a sweep lock from the future, left before the clock was set back', () => {
  const path = join(cache, 'index/sweep.lock');
  writeFileSync(path, foreignHandle());
  utimesSync(path, new Date(), new Date(Date.now() + 3_600_000));
  new UseMarker(cache).add(KEY);
});

test('only one sweep deletes at a time', async () => {
  const order: number[] = [];
  await Promise.all([1, 2, 3].map((each) => withSweepLock(cache, () => order.push(each), NEVER)));
  expect(order.sort()).toEqual([1, 2, 3]);
  expect(readdirSync(join(cache, 'index'))).toEqual(['live']);
});

test('a marker that cannot be renewed, as on a network file system that is away, does not end the run', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  new UseMarker(cache).add(KEY);
  const [name = ''] = readdirSync(live);
  const isMarker = (descriptor: string) => readlinkSync(`/proc/self/fd/${descriptor}`, 'utf8') === join(live, name);
  const descriptor = readdirSync('/proc/self/fd').find((each) => existsSync(`/proc/self/fd/${each}`) && isMarker(each));
  closeSync(Number(descriptor));
  expect(() => vi.advanceTimersByTime(120_000)).not.toThrow();
});
