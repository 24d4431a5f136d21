import { expect, test } from 'vitest';
import { headLayout } from '../../../src/vision/heads/head-layout.ts';
import { focal, mixup, softmax } from '../../../src/vision/index.ts';
import { buildClassifier } from '../../../src/vision/models/classifier.ts';
import { adam } from '../../../src/vision/train/optimizers/adam.ts';
import { createTrainer } from '../../../src/vision/train/step/create-trainer.ts';
import type { ExecutionMode } from '../../../src/vision/train/step/execution-mode.ts';
import type { BatchLabels } from '../../../src/vision/train/step/target-tensors.ts';
import type { TrainerOptions } from '../../../src/vision/train/step/trainer.ts';
import { count, direction } from '../../support/own-heads.ts';
import { tensorFlow } from '../../support/tensorflow.ts';

const tf = await tensorFlow();

const SIZE = 64;
const COUNT = 8;
const heads = { count, direction, shape: softmax({ loss: focal({ gamma: 2 }) }) };
/** One of each kind, several of the same kind side by side, and heads of a project's own. */
const tasks = [
  { name: 'colour', classes: 3 },
  { name: 'count', kind: 'numbers', classes: 1, head: 'count' },
  { name: 'direction', kind: 'numbers', classes: 1, head: 'direction' },
  { name: 'length', kind: 'ordered', classes: 4 },
  { name: 'shade', kind: 'ordered', classes: 2 },
  { name: 'shape', classes: 2, head: 'softmax' },
  { name: 'tags', kind: 'classes', classes: 3 },
  { name: 'width', kind: 'numbers', classes: 2, fitted: { mean: [10, -2], deviation: [3, 0.5] } },
] as const;
const texts = [
  ['ynn', 'nny'],
  ['2', '5'],
  ['40', '-170'],
  ['nnyn', 'ynnn'],
  ['ny', 'yn'],
  ['yn', 'ny'],
  ['ymn', 'nnn'],
  ['8;-2.5', '14;'],
] as const;
/** Each sample lacks another label. */
const labels: BatchLabels = Array.from({ length: COUNT }, (_, sample) =>
  texts.flatMap(([even, odd], task) =>
    task === sample ? [] : [{ task, text: sample % 2 === 0 ? even : odd, classIndex: 0 }],
  ),
);
const images = Uint8Array.from({ length: COUNT * SIZE * SIZE * 3 }, (_, at) => Math.imul(at + 1, 2654435761) >>> 24);

async function trained(mode: ExecutionMode, more: Partial<TrainerOptions> = {}) {
  const size = { height: SIZE, width: SIZE };
  const model = buildClassifier(tf, { backbone: 'small-cnn', ...size, tasks }, { dropout: 0.2, seed: 1, heads });
  const trainer = await createTrainer(tf, mode, {
    ...{ model, ...size, layout: headLayout(tasks, heads), optimizer: adam() },
    targets: { labelSmoothing: 0.1, classWeights: tasks.map(({ classes }) => new Float32Array(classes).fill(1.5)) },
    augmentations: [mixup()],
    batchSizes: { training: [COUNT], prediction: COUNT },
    ...more,
  });
  const losses: number[] = [];
  for (let step = 0; step < 6; step += 1) {
    losses.push((await trainer.step({ images, labels }, { seed: 3, step, updates: step }, 1e-3)).loss);
  }
  await trainer.dispose();
  model.dispose();
  return losses;
}

test('a training step with heads of every kind is the same as a graph and op by op, also with mixed images', async () => {
  const [graph, eager] = [await trained('graph'), await trained('eager')];
  expect(graph.at(-1)).toBeLessThan(graph[0] ?? 0);
  for (const [step, loss] of graph.entries()) expect(Math.abs(loss / (eager[step] ?? 0) - 1)).toBeLessThan(1e-3);
});

test('a training step with heads of every kind gives the same bytes when it is repeated', async () => {
  expect(await trained('graph')).toEqual(await trained('graph'));
});

test('a batch with heads of every kind can be split over two devices', async () => {
  const devices = ['/device:CPU:0', '/device:CPU:0'];
  const [both, one] = [await trained('graph', { devices }), await trained('graph')];
  expect(Math.abs((both[0] ?? 0) / (one[0] ?? 0) - 1)).toBeLessThan(0.2);
  expect(both.at(-1)).toBeLessThan(both[0] ?? 0);
});
