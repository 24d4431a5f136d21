import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RunHistory } from '../../../../src/engine/cache/history/run-history.ts';
import { LocalHistory } from '../../../../src/engine/cache/local/local-history.ts';
import { type ActionKey, sha256 } from '../../../../src/engine/fingerprint/digest.ts';
import { ownHandle } from '../../../../src/shared/holder.ts';

const KEY = sha256('key') as string as ActionKey;

function temporaryCache(): string {
  const cache = mkdtempSync(join(tmpdir(), 'pipeline-history-'));
  onTestFinished(() => rmSync(cache, { recursive: true, force: true }));
  return cache;
}

test('the last key of each stage is remembered, whatever characters its name has', () => {
  const history = new LocalHistory(temporaryCache());
  history.setLastKey('train@data=a/b', KEY);
  expect(history.lastKey('train@data=a/b')).toBe(KEY);
  expect(history.lastKey('other')).toBeUndefined();
});

test('all last keys are listed, and files that are none are ignored', () => {
  const cache = temporaryCache();
  const history = new LocalHistory(cache);
  expect(history.lastKeys()).toEqual(new Map());
  for (const stage of ['train@data=a/b', 'other', 'corrupted']) history.setLastKey(stage, KEY);
  writeFileSync(join(cache, 'index/last/corrupted.json'), '{"key":"../../x"}');
  for (const name of ['notes.txt', '%.json']) writeFileSync(join(cache, 'index/last', name), '{}');
  expect([...history.lastKeys()].sort()).toEqual([
    ['other', KEY],
    ['train@data=a/b', KEY],
  ]);
});

test('a corrupted last key is ignored', () => {
  const cache = temporaryCache();
  const history = new LocalHistory(cache);
  history.setLastKey('train', KEY);
  for (const text of ['{"key":', '{"key":"../../x"}', '{}']) {
    writeFileSync(join(cache, 'index/last/train.json'), text);
    expect(history.lastKey('train')).toBeUndefined();
  }
});

test('a stage has failed if it did so, or was killed, in the newest run that got to it', () => {
  const cache = temporaryCache();
  const ended = (run: string, outcome: 'ran' | 'failed' | 'blocked') => add(run, outcome);
  const inProgress = (run: string, holder: string) => add(run, 'running', { holder });
  const add = (run: string, outcome: string, more = {}) => {
    const stages = [
      { name: 'train', outcome, key: KEY, params: {}, seconds: 1, reasons: [], outputs: {}, metrics: {} },
    ];
    const started = '2026-01-01T00:00:00Z';
    new LocalHistory(cache).addRun({ run, pipeline: 'p', started, seconds: 1, ok: outcome === 'ran', stages, ...more });
  };
  const failure = () => new LocalHistory(cache).lastFailure('train');
  expect(failure()).toBeUndefined();
  ended('20260101-000000-1', 'failed');
  expect(failure()).toEqual({ run: '20260101-000000-1', how: 'failed', key: KEY });
  ended('20260101-000001-1', 'blocked');
  expect(failure()).toEqual({ run: '20260101-000000-1', how: 'failed', key: KEY });
  expect(new LocalHistory(cache).lastFailure('other')).toBeUndefined();
  inProgress('20260101-000002-1', ownHandle());
  expect(failure()).toMatchObject({ run: '20260101-000000-1' });
  inProgress('20260101-000003-1', ownHandle().replace(/start=\d*/, 'start=1'));
  expect(failure()).toEqual({ run: '20260101-000003-1', how: 'killed', key: KEY });
  ended('20260101-000004-1', 'ran');
  expect(failure()).toBeUndefined();
});

test('the failure of a stage of the same name in another pipeline on this cache says nothing', () => {
  const cache = temporaryCache();
  const add = (run: string, pipeline: string, outcome: string) => {
    const stages = [
      { name: 'train', outcome, key: KEY, params: {}, seconds: 1, reasons: [], outputs: {}, metrics: {} },
    ];
    new LocalHistory(cache).addRun({ run, pipeline, started: '2026-01-01T00:00:00Z', seconds: 1, ok: true, stages });
  };
  const failure = (pipeline: string) =>
    new LocalHistory(cache, (run) => run.pipeline === pipeline).lastFailure('train')?.run;
  add('20260101-000000-1', 'own', 'failed');
  for (let other = 1; other < 20; other++) add(`20260101-0000${other + 10}-1`, 'other', 'ran');
  expect(failure('own')).toBe('20260101-000000-1');
  expect(failure('other')).toBeUndefined();
  add('20260101-000100-1', 'other', 'failed');
  expect(failure('own')).toBe('20260101-000000-1');
  add('20260101-000200-1', 'own', 'ran');
  expect(failure('own')).toBeUndefined();
  expect(failure('other')).toBe('20260101-000100-1');
});

test('runs are recorded, and silently lost if the cache is not writable', () => {
  const cache = temporaryCache();
  const run = { run: '20260101', pipeline: 'p', started: '2026-01-01T00:00:00Z', seconds: 1, ok: true, stages: [] };
  new LocalHistory(cache).addRun(run);
  expect(new RunHistory(cache).read('20260101')).toEqual(run);
  writeFileSync(join(cache, 'file'), '');
  new LocalHistory(join(cache, 'file')).addRun(run);
  new LocalHistory(join(cache, 'file')).setLastKey('train', KEY);
});
