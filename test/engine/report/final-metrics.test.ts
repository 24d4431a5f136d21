import { expect, test } from 'vitest';
import type { CompletedStage } from '../../../src/engine/execute/events.ts';
import { finalMetrics } from '../../../src/engine/report/final-metrics.ts';

const plain = (_format: string, text: string) => text;

/** A plan in which each stage reads the one before it, unless it is given with others. */
function described(...stages: readonly (readonly [name: string, metrics: Record<string, number>, reads?: string[]])[]) {
  const names = stages.map(([name]) => name);
  const plan = stages.map(([name, , reads], index) => ({
    name,
    declared: name.split('@')[0] ?? '',
    dependencies: reads ?? names.slice(Math.max(0, index - 1), index),
  }));
  const completed = stages.map(([name, metrics]) => ({ name, metrics, outcome: 'ran' }) as unknown as CompletedStage);
  return finalMetrics(completed, plan, plain);
}

test('a stage after the evaluation, which reports no metrics, does not hide those of the evaluation', () => {
  expect(described(['train', { loss: 0.5 }], ['evaluate', { accuracy: 0.9677 }], ['report', {}])).toEqual([
    'evaluate\n  accuracy  0.9677',
  ]);
});

test('each branch of the graph has its last metrics', () => {
  expect(described(['train', { loss: 1 }], ['a', { x: 1 }, ['train']], ['b', { y: 2 }, ['train']])).toEqual([
    'a\n  x  1',
    'b\n  y  2',
  ]);
});

test('the instances of a matrix stage form a table, with a gap where one lacks a metric', () => {
  expect(
    described(
      ['train@seed=1', { accuracy: 0.91, loss: 0.3 }, []],
      ['train@seed=2', { accuracy: 0.895, kept: 2 }, []],
      ['summary', {}, ['train@seed=1', 'train@seed=2']],
    ),
  ).toEqual(['train\n          accuracy  loss  kept\n  seed=1  0.91      0.3   \n  seed=2  0.895           2']);
});

test('a table has all instances, also one of which a later stage reports more', () => {
  expect(
    described(
      ['evaluate@fold=0', { accuracy: 0.91 }, []],
      ['evaluate@fold=1', { accuracy: 0.895 }, []],
      ['explain', { explained: 8 }, ['evaluate@fold=0']],
    ),
  ).toEqual(['evaluate\n          accuracy\n  fold=0  0.91\n  fold=1  0.895', 'explain\n  explained  8']);
});

test('a large matrix is cut, and says by how much', () => {
  const metrics = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`m${index}`, index]));
  const [block = ''] = described(
    ...Array.from({ length: 30 }, (_, seed) => [`train@seed=${seed}`, metrics, []] as [string, typeof metrics, []]),
  );
  expect(block.split('\n')).toHaveLength(1 + 1 + 20 + 1);
  expect(block).toContain('  and 10 more instances, 2 more metrics');
  expect(block).not.toContain('m5');
});
