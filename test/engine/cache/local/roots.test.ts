import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { RootRecorder, readRoots, type Variant } from '../../../../src/engine/cache/local/roots.ts';
import type { ActionKey } from '../../../../src/engine/fingerprint/digest.ts';
import { unwrap } from '../../../support/result.ts';

const VARIANT: Variant = { host: 'h', file: '/p.yaml', pipeline: 'p', branch: null, profile: null, set: false };
const key = (digit: string) => digit.repeat(64) as ActionKey;

let cache: string;

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'pipeline-roots-'));
  onTestFinished(() => rmSync(cache, { recursive: true }));
});
afterEach(() => vi.useRealTimers());

function record(
  used: Readonly<Record<string, string>>,
  { whole = false, stages = ['a', 'b'], variant = VARIANT } = {},
) {
  const recorder = new RootRecorder(cache, variant, stages);
  for (const [stage, digit] of Object.entries(used)) recorder.use(stage, key(digit));
  unwrap(recorder.save(whole));
}

const needs = () => readRoots(cache).roots.map(({ stages, whole }) => ({ stages, whole }));

test('a root has the last key of each stage, and keeps what the lockfile describes until the next whole run', () => {
  record({ a: '1', b: '2' }, { whole: true });
  record({ a: '3' });
  expect(needs()).toEqual([{ stages: { a: key('3'), b: key('2') }, whole: { a: key('1'), b: key('2') } }]);
  record({ a: '3', b: '4' }, { whole: true });
  expect(needs()).toEqual([{ stages: { a: key('3'), b: key('4') }, whole: { a: key('3'), b: key('4') } }]);
});

test('a root forgets stages that the pipeline has no more', () => {
  record({ a: '1', b: '2' }, { whole: true });
  record({ a: '1' }, { whole: true, stages: ['a'] });
  expect(needs()).toEqual([{ stages: { a: key('1') }, whole: { a: key('1') } }]);
});

test('each branch and profile and --set has a root of its own', () => {
  for (const more of [{}, { branch: 'b' }, { profile: 'p' }, { set: true }])
    record({ a: '1' }, { variant: { ...VARIANT, ...more } });
  expect(readRoots(cache).roots).toHaveLength(4);
});

test('a root that says all is written again only once a day, to show that it is in use', () => {
  vi.useFakeTimers({ now: Date.parse('2026-01-01T00:00:00Z'), toFake: ['Date'] });
  record({ a: '1' }, { whole: true });
  const written = () =>
    statSync(join(cache, 'roots', readdirSync(join(cache, 'roots'))[0] ?? ''), { bigint: true }).ino;
  const first = written();
  vi.setSystemTime(Date.parse('2026-01-01T23:00:00Z'));
  record({ a: '1' }, { whole: true });
  expect(written()).toBe(first);
  vi.setSystemTime(Date.parse('2026-01-02T01:00:00Z'));
  record({ a: '1' }, { whole: true });
  expect(readRoots(cache).roots[0]?.lastUsed).toBe('2026-01-02T01:00:00.000Z');
});
