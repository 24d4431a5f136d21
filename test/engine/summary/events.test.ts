import { describe, expect, test } from 'vitest';
import { observe } from '../../../src/engine/summary/events.ts';

const jsonl = (...events: readonly object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('');
const started = (purpose: string) => ({ type: 'run-started', purpose, run: 'run-1', pipeline: 'toy', stages: [] });
const stage = (name: string, outcome: string, more: object = {}) => ({
  ...{ name, outcome, seconds: 1, reasons: ['forced'], key: 'a'.repeat(64), outputs: {}, metrics: { loss: 'NaN' } },
  ...more,
});
const difference = (name: string) => ({
  ...{ type: 'difference', stage: name, output: 'model', file: `${name}.bin` },
  reasons: ['model differs'],
});

describe('what a job knows from the output of its commands', () => {
  test('the stages of a run, in the order of the graph', () => {
    const seen = observe(
      jsonl(
        started('run'),
        { type: 'stage-finished', ...stage('b', 'ran') },
        { type: 'stage-finished', ...stage('a', 'cached') },
        { type: 'run-finished', ok: true, run: 'run-1', seconds: 3, stages: [stage('a', 'cached'), stage('b', 'ran')] },
      ),
    );
    expect(seen).toMatchObject({ pipeline: 'toy', run: 'run-1', ok: true, seconds: 3 });
    expect(seen.stages.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['a', 'cached'],
      ['b', 'ran'],
    ]);
    expect(seen.stages[0]?.metrics).toEqual({ loss: Number.NaN });
  });

  test('what has finished before a job was killed, also if the last line is cut off', () => {
    const text = jsonl(started('run'), { type: 'stage-finished', ...stage('a', 'ran') });
    const seen = observe(`${text}{"type":"stage-fin`);
    expect(seen.ok).toBeUndefined();
    expect(seen.stages.map(({ name }) => name)).toEqual(['a']);
  });

  test('the first difference in the order of the graph, whichever was found first', () => {
    const seen = observe(
      jsonl(started('run'), { type: 'run-finished', ok: true, seconds: 1, stages: [stage('a', 'ran')] }) +
        jsonl(started('verify'), difference('c'), difference('b'), {
          ...{ type: 'run-finished', ok: false, seconds: 1 },
          stages: [stage('a', 'ran'), stage('b', 'failed'), stage('c', 'failed')],
        }),
    );
    expect(seen.ok).toBe(false);
    expect(seen.differences.map(({ file }) => file)).toEqual(['b.bin', 'c.bin']);
    // What verify has recomputed is not what the run did.
    expect(seen.stages.map(({ name, outcome }) => [name, outcome])).toEqual([['a', 'ran']]);
    expect(seen.seconds).toBe(2);
  });

  test('why a stage failed, where, and what to do', () => {
    const failure = {
      kind: 'reported',
      problems: [{ message: 'no such class', at: { file: 'labels.csv', line: 3, column: 7 }, advice: 'Correct it.' }],
    };
    const { problems } = observe(
      jsonl(started('run'), { type: 'stage-finished', ...stage('a', 'failed', { failure }) }),
    );
    expect(problems).toEqual([
      { stage: 'a', message: 'no such class', place: 'labels.csv:3:7', advice: 'Correct it.' },
    ]);
  });

  test('what a stage was warned of', () => {
    const warning = { type: 'stage-warning', stage: 'a', message: 'other content', at: { file: 'a.ts', line: 1 } };
    expect(observe(jsonl(started('run'), warning)).warnings).toEqual([
      { stage: 'a', message: 'other content', place: 'a.ts:1', advice: null },
    ]);
  });

  test('that a pipeline is invalid, or does not match the lockfile', () => {
    const problem = { type: 'problem', message: 'unknown key', file: 'pipeline.yaml', line: 2, column: 1 };
    const ended = { type: 'run-finished', ok: false, stages: [] };
    expect(observe(jsonl(problem, ended))).toMatchObject({
      ok: false,
      problems: [{ stage: null, message: 'unknown key', place: 'pipeline.yaml:2:1', advice: null }],
    });
    const outdated = { type: 'difference', stage: 'a', reasons: ['param x 1 → 2'] };
    expect(observe(jsonl(outdated, ended)).outdated).toEqual([{ stage: 'a', reasons: ['param x 1 → 2'] }]);
  });

  test.each([
    ['nothing', ''],
    ['no JSON', 'error: x\n{"type"\n'],
    ['other types than expected', jsonl({ type: 'run-finished', stages: 'x', seconds: {} }, { type: 'difference' })],
    [
      'a failure of another form',
      jsonl({ type: 'stage-finished', name: 'a', outcome: 'failed', failure: { problems: [1] } }),
    ],
  ])('nothing that is not there: %s', (_what, text) => {
    expect(observe(text)).toMatchObject({ differences: [], outdated: [], problems: [] });
  });
});
