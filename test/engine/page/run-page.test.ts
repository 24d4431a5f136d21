import { expect, test } from 'vitest';
import { runPage } from '../../../src/engine/page/run-page.ts';

const DIGEST = 'a'.repeat(64);
const OPTIONS = {
  sources: [],
  lockfile: undefined,
  before: undefined,
  commandLine: (...words: readonly string[]) => ['pipeline', ...words].join(' '),
};

test('a page about 1,000 stages has less than 5 MB, with one node for each stage of the pipeline file', async () => {
  const stages = Array.from({ length: 1000 }, (_, index) => ({
    name: `train@backbone=mobilenet-v2,seed=${index}`,
    outcome: index === 7 ? 'failed' : 'ran',
    seconds: index,
    reasons: ['it has not run yet'],
    params: Object.fromEntries(Array.from({ length: 20 }, (_each, at) => [`a_param_${at}`, { nested: index }])),
    outputs: { model: DIGEST, history: DIGEST } as never,
    metrics: { loss: index },
    record: undefined,
    isOwn: true,
  }));
  const run = {
    run: '20261128-120000-abcdef0',
    pipeline: 'many',
    started: '2026-11-28T12:00:00.000Z',
    seconds: 9,
    ok: false,
    stages,
  };
  const page = await runPage({ run, baseline: undefined, stages, edges: [], artifacts: [] }, OPTIONS);
  expect(Buffer.byteLength(page)).toBeLessThan(5_000_000);
  expect(page).toContain('train (1000)');
  // A failed one among them is not hidden.
  expect(page).toMatch(/<g[^>]* class="node failed"/);
});
