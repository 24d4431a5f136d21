import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { compareRuns } from '../../../../src/engine/cache/history/compare-runs.ts';
import { findRun, RunHistory, verdictOn } from '../../../../src/engine/cache/history/run-history.ts';
import { toChecksummed } from '../../../../src/engine/cache/local/checksummed.ts';
import type { RunRecord } from '../../../../src/engine/cache/records.ts';
import { difference } from '../../../../src/engine/report/run-diff.ts';

let cache: string;

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'pipeline-runs-'));
  onTestFinished(() => rmSync(cache, { recursive: true }));
  mkdirSync(join(cache, 'runs'));
  for (const id of ['20260101-a', '20260102-b', '20260103-c']) keep(id);
});

type Stage = RunRecord['stages'][number];

function run(id: string, stages: readonly Partial<Stage>[] = [], ok = true): RunRecord {
  const whole = stages.map((stage) => ({
    name: 's',
    outcome: 'ran',
    seconds: 1,
    reasons: [],
    outputs: {},
    metrics: {},
    ...stage,
  }));
  return { run: id, pipeline: 'p', started: '2026-01-01T00:00:00.000Z', seconds: 1, ok, stages: whole as Stage[] };
}

function keep(id: string): void {
  writeFileSync(join(cache, 'runs', `${id}.json`), toChecksummed(run(id)));
}

describe('RunHistory', () => {
  test('returns the requested number of runs, newest first, and skips corrupted records', () => {
    writeFileSync(join(cache, 'runs', '20260102-b.json'), '{ "run": "20260102-b"');
    const history = new RunHistory(cache);
    expect(history.newest(9).map(({ run: id }) => id)).toEqual(['20260103-c', '20260101-a']);
    expect(history.newest(1).map(({ run: id }) => id)).toEqual(['20260103-c']);
  });

  test('has no runs if there is no cache', () => {
    expect(new RunHistory(join(cache, 'nowhere')).newest(9)).toEqual([]);
  });

  test.each([
    ['latest', { kind: 'found', run: { run: '20260103-c' } }],
    ['latest~2', { kind: 'found', run: { run: '20260101-a' } }],
    ['latest~3', { kind: 'none', runs: 3 }],
    ['20260102', { kind: 'found', run: { run: '20260102-b' } }],
    ['20260102-b', { kind: 'found', run: { run: '20260102-b' } }],
    ['2026', { kind: 'several', ids: ['20260103-c', '20260102-b', '20260101-a'] }],
    ['2025', { kind: 'none', runs: 3 }],
    ['', { kind: 'none' }],
    ['../x', { kind: 'none' }],
  ])('finds the run that %j names', (text, expected) => {
    expect(findRun(text, new RunHistory(cache))).toMatchObject(expected);
  });

  test('finds the run with exactly this id although another id begins with it', () => {
    keep('20260102-bb');
    expect(findRun('20260102-b', new RunHistory(cache))).toMatchObject({ run: { run: '20260102-b' } });
  });
});

test.each([
  [true, ['ran', 'cached'], 'ok'],
  [false, ['ran', 'failed', 'cancelled'], 'failed'],
  [false, ['ran', 'cancelled'], 'interrupted'],
  [false, ['ran'], 'interrupted'],
])('classifies a run with ok: %j and the outcomes %j as %s', (ok, outcomes, verdict) => {
  expect(
    verdictOn(
      run(
        'r',
        outcomes.map((outcome) => ({ outcome })),
        ok,
      ),
    ),
  ).toBe(verdict);
});

describe('the comparison of two runs', () => {
  test('lists the changed params, the metrics and the changed outputs of each stage', () => {
    const [stage] = compareRuns(
      run('a', [
        {
          key: 'k' as never,
          params: { rate: 0.1, deep: { x: 1, y: [1] }, gone: true },
          metrics: { loss: 2 },
          outputs: { out: '1' as never, same: 's' as never },
        },
      ]),
      run('b', [
        {
          key: 'l' as never,
          params: { rate: 0.2, deep: { x: 1, y: [2] } },
          metrics: { loss: 1, new: 3 },
          outputs: { out: '2' as never, same: 's' as never },
        },
      ]),
    );
    expect(stage).toMatchObject({
      keyChanged: true,
      outputsChanged: ['out'],
      params: {
        rate: { before: 0.1, now: 0.2 },
        'deep.y': { before: [1], now: [2] },
        gone: { before: true, now: undefined },
      },
      metrics: { loss: { before: 2, now: 1 }, new: { before: undefined, now: 3 } },
    });
    expect(Object.keys(stage?.params ?? {})).toEqual(['deep.y', 'gone', 'rate']);
  });

  test('reports the params as unknown if the record of an earlier version lacks them', () => {
    expect(compareRuns(run('a', [{}]), run('b', [{ params: { x: 1 } }]))).toMatchObject([{ params: undefined }]);
  });

  test('includes stages that are in only one of the runs', () => {
    const stages = compareRuns(
      run('a', [{ name: 'old' }, { name: 'same' }]),
      run('b', [{ name: 'same' }, { name: 'new' }]),
    );
    expect(stages.map(({ stage, outcome }) => [stage, outcome.before, outcome.now])).toEqual([
      ['same', 'ran', 'ran'],
      ['new', undefined, 'ran'],
      ['old', 'ran', undefined],
    ]);
  });
});

test.each([
  [0.9, 0.95, '+0.05'],
  [0.3, 0.1, '-0.2'],
  [18, 24, '+6'],
  [1, 1, ''],
  [0, 0.25, '+0.25'],
  [1234567.5, 1234567, '-0.5'],
  [1e-9, 3e-9, '+2e-9'],
  [undefined, 1, ''],
])('the change of a metric from %j to %j is described as %j', (before, now, expected) => {
  expect(difference({ before, now })).toBe(expected);
});
