import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { compareRuns } from '../../../src/engine/cache/history/compare-runs.ts';
import { RunHistory } from '../../../src/engine/cache/history/run-history.ts';
import { findGarbage, lastUsesIn } from '../../../src/engine/cache/housekeeping/garbage.ts';
import { takeInventory } from '../../../src/engine/cache/housekeeping/inventory.ts';
import { fromChecksummed, toChecksummed } from '../../../src/engine/cache/local/checksummed.ts';
import { isActionRecord } from '../../../src/engine/cache/record-shape.ts';
import type { ActionRecord, RunRecord } from '../../../src/engine/cache/records.ts';
import { parseLockfile } from '../../../src/engine/execute/read-lockfile.ts';
import { readMessage } from '../../../src/engine/execute/read-message.ts';
import { actionKey, keyDocument, type RecordedDocument } from '../../../src/engine/fingerprint/action-key.ts';
import type { Digest } from '../../../src/engine/fingerprint/digest.ts';
import { describeExplanation } from '../../../src/engine/report/explain.ts';
import { describeRunDiff } from '../../../src/engine/report/run-diff.ts';
import { describeRuns } from '../../../src/engine/report/runs.ts';
import type { Json } from '../../../src/shared/json.ts';
import { isBelow } from '../../../src/shared/paths-below.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { fuzzRuns, mutatedBytes, mutatedJson } from '../../support/mutations.ts';

const DIGEST = 'a'.repeat(64) as Digest;
const document = keyDocument({
  code: DIGEST,
  packages: { 'left-pad@1.0.0': DIGEST },
  params: { rate: 0.1, deep: { list: [1, null] } },
  inputs: { text: DIGEST },
  env: { HOME: null, UNIT: DIGEST },
  runtime: { tensorflow: { version: '2.21' } },
});
const action: ActionRecord = {
  key: actionKey(document),
  document,
  outputs: { model: { digest: DIGEST, kind: 'directory', file: 'model', files: 2, bytes: 10 } },
  metrics: { accuracy: 0.5 },
  provenance: {
    stage: 'train',
    module: 'stages/train.ts',
    run: '20261128-120000-1',
    finished: '2026-11-28T12:00:00.000Z',
    seconds: 2,
    modules: { 'stages/train.ts': DIGEST },
    node: 'v20',
    platform: 'linux-x64',
  },
};
const run: RunRecord = {
  run: '20261128-120000-1',
  pipeline: 'toy',
  started: '2026-11-28T12:00:00.000Z',
  seconds: 2,
  ok: true,
  stages: [
    {
      name: 'train',
      outcome: 'ran',
      key: action.key,
      params: { rate: 0.1 },
      seconds: 2,
      reasons: ['forced'],
      outputs: { model: DIGEST },
      metrics: { accuracy: 0.5 },
    },
  ],
};
const plain = (_format: string, text: string) => text;

/** Records are not checked against a secret: whoever can write to a cache can give any of them a valid checksum. */
const sealed = (record: Json): string =>
  typeof record === 'object' && record !== null && Object.keys(record).length > 0
    ? toChecksummed(record)
    : JSON.stringify(record);

function write(path: string, text: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Uses the records in a cache as `cache gc`, `cache ls` and `explain` do. */
function useActions(cache: string): void {
  const { actions, damaged } = takeInventory(cache);
  expect(actions.length + damaged.length).toBe(1);
  findGarbage(actions, [], new Map(), { actions: new Set() }, {});
  for (const { key, record } of actions) {
    const { stage } = record.provenance;
    describeExplanation(
      { stage, key, cached: false, reasons: [], document, open: [], secrets: [], last: record },
      plain,
    );
    describeExplanation(
      { stage, key, cached: true, reasons: [], document: record.document, open: [], secrets: [] },
      plain,
    );
    for (const { file } of Object.values(record.outputs)) expect(isBelow(file)).toBe(true);
  }
}

function useRuns(cache: string): void {
  const runs = new RunHistory(cache).newest(10);
  describeRuns(runs, new Date(), plain);
  lastUsesIn(runs);
  for (const other of runs) {
    describeRunDiff(run, other, compareRuns(run, other), plain);
    describeRunDiff(other, run, compareRuns(other, run), plain);
  }
}

describe('a record of any content is either valid or counts as corrupted', () => {
  const cache = temporaryFolder(afterAll);
  const inShard = join(cache, 'actions', action.key.slice(0, 2), `${action.key.slice(2)}.json`);

  test('the records that are mutated below are valid', () => {
    expect(isActionRecord(action, action.key)).toBe(true);
    write(join(cache, 'runs', `${run.run}.json`), toChecksummed(run));
    expect(new RunHistory(cache).newest(1)).toHaveLength(1);
  });

  test('a result with other JSON', () => {
    const variants = mutatedJson(action as unknown as Json);
    const check = (record: Json) => {
      write(inShard, sealed(record));
      useActions(cache);
    };
    fc.assert(fc.property(variants, check), fuzzRuns(200));
  });

  test('a result whose key belongs to its document, with other JSON in that', () => {
    const check = (mutated: Json) => {
      const key = actionKey(mutated as unknown as RecordedDocument);
      const elsewhere = temporaryFolder();
      write(
        join(elsewhere, 'actions', key.slice(0, 2), `${key.slice(2)}.json`),
        sealed({ ...action, key, document: mutated } as unknown as Json),
      );
      useActions(elsewhere);
    };
    fc.assert(fc.property(mutatedJson(document as unknown as Json), check), fuzzRuns(50));
  });

  test('a run with other JSON', () => {
    const check = (record: Json) => {
      write(join(cache, 'runs', `${run.run}.json`), sealed(record));
      useRuns(cache);
    };
    fc.assert(fc.property(mutatedJson(run as unknown as Json), check), fuzzRuns(200));
  });

  test('a record with other bytes', () => {
    fc.assert(
      fc.property(mutatedBytes(Buffer.from(toChecksummed(action))), (bytes) => {
        fromChecksummed(bytes.toString());
      }),
      fuzzRuns(500),
    );
  });

  test('JSON that is nested without end', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      write(inShard, `${open.repeat(100_000)}1${close.repeat(100_000)}`);
      useActions(cache);
    }
  });
});

test('a lockfile of any content is read, or its problems have a place', () => {
  const valid = `train:\n  key: ${DIGEST}\n  outputs:\n    model: ${DIGEST}\n  code: ${DIGEST}\n  params:\n    rate: 0.1\n  env:\n    HOME: null\n`;
  const check = (bytes: Buffer) => {
    const read = parseLockfile('pipeline.lock', bytes.toString());
    if (!read.ok) for (const { at } of read.failure) expect(at?.line).toBeGreaterThanOrEqual(1);
  };
  fc.assert(fc.property(mutatedBytes(Buffer.from(valid)), check), fuzzRuns(300));
});

test('a message of a stage of any content is a message or none', () => {
  const messages: Json[] = [
    { type: 'log', message: 'x' },
    { type: 'progress', progress: { done: 1, total: 2, unit: 'rows', note: 'n' } },
    { type: 'metrics', values: { loss: 1, worst: 'NaN' } },
    { type: 'unfinished', open: ['Timeout'] },
    { type: 'reported', failure: { kind: 'failed', problems: [{ message: 'x', at: { file: 'a', line: 1 } }] } },
    { type: 'done', mistake: 'x' },
    { type: 'threw', error: { message: 'x', stack: 'y', causes: ['z'] } },
  ];
  for (const message of messages) {
    expect(readMessage(JSON.stringify(message))).toEqual(message);
    fc.assert(
      fc.property(mutatedJson(message), (json) => {
        const read = readMessage(JSON.stringify(json));
        if (read?.type === 'progress') expect(['string', 'undefined']).toContain(typeof read.progress.unit);
        if (read?.type === 'reported')
          for (const { at } of read.failure.problems) expect(['string', 'undefined']).toContain(typeof at?.file);
      }),
      fuzzRuns(100),
    );
  }
});
