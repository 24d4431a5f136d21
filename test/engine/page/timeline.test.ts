import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { mostMemory, stageTimes } from '../../../src/engine/page/stage-times.ts';
import { timelineElement } from '../../../src/engine/page/timeline.tsx';

const GB = 1e9;

/** A stage of a run that ended so many seconds after its start; with `isOwn: false` it was cached. */
function stage(name: string, end: number, seconds: number, peakMemory?: number, isOwn = true) {
  const usage = peakMemory === undefined ? {} : { usage: { peakMemory, cpuSeconds: seconds } };
  const finished = new Date(Date.parse('2026-11-28T12:00:00.000Z') + end * 1000).toISOString();
  const provenance = { finished, seconds, stage: name, module: '', run: '', modules: {}, node: '', platform: '' };
  const record = { key: '' as never, document: {} as never, outputs: {}, metrics: {}, provenance };
  return {
    name,
    outcome: isOwn ? 'ran' : 'cached',
    seconds,
    reasons: [],
    outputs: {},
    metrics: {},
    isOwn,
    record,
    ...usage,
  };
}

const run = {
  run: '20261128-120000-abcdef0',
  pipeline: 'timed',
  started: '2026-11-28T12:00:00.000Z',
  seconds: 20,
  ok: true,
  stages: [],
};
/** `train` reads what `split` made, waits for a core for 3 s, and runs beside `audit`. */
const stages = [
  stage('read', 99, 50, 9 * GB, false),
  stage('split', 5, 5, GB),
  stage('train', 18, 10, 4 * GB),
  stage('audit', 12, 7, 2 * GB),
];
const edges = [
  { from: 'read', output: 'rows', to: 'split' },
  { from: 'split', output: 'train', to: 'train' },
  { from: 'split', output: 'test', to: 'audit' },
];
const reported = { run, baseline: undefined, stages, edges, artifacts: [] };

test('a stage waits from the end of the last stage before it that ran, and not for one that was cached', () => {
  expect(stageTimes(reported).map(({ name, ready, start, end }) => [name, ready, start, end])).toEqual([
    ['split', 0, 0, 5],
    ['audit', 5, 5, 12],
    ['train', 5, 8, 18],
  ]);
});

test('the memory of stages that run at the same time is added, and that of the others is not', () => {
  expect(mostMemory(stageTimes(reported))).toBe(6 * GB);
});

test('the timeline says how long stages waited and how much memory they used, in words, bars and a table', () => {
  const html = renderToString(h('div', {}, timelineElement(reported)));
  expect(html).toContain('They waited 3.0 s in all');
  expect(html).toContain('Stages that ran at the same time used at most 6.0 GB');
  expect(html).toMatch(/<text[^>]*>4\.0 GB<\/text>/);
  expect(html).toMatch(/<th scope="row"[^>]*>train<\/th><td[^>]*>5\.0 s<\/td><td[^>]*>3\.0 s<\/td>/);
});

test('without figures about memory none are shown', () => {
  const html = renderToString(h('div', {}, timelineElement({ ...reported, stages: [stage('split', 5, 5)] })));
  expect(html).not.toContain('at the same time used');
});
