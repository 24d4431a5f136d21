import { createHash } from 'node:crypto';
import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, test } from 'vitest';
import { buildClassifier } from '../../../../src/vision/models/classifier.ts';
import type { OptimizerOptions } from '../../../../src/vision/train/optimizers/optimizer.ts';
import { prepareFineTuning } from '../../../../src/vision/train/start/fine-tuning.ts';
import { createTrainer } from '../../../../src/vision/train/step/create-trainer.ts';
import { type ExecutionMode, executionModes } from '../../../../src/vision/train/step/execution-mode.ts';
import { predictedColumns } from '../../../../src/vision/train/step/forward.ts';
import { headLayout } from '../../../../src/vision/train/step/target-masks.ts';
import type { ImageBatch, Trainer, TrainerOptions, TrainingState } from '../../../../src/vision/train/step/trainer.ts';
import { unwrap } from '../../../support/result.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();

const SIZE = 32;
const IMAGE = SIZE * SIZE * 3;
const tasks = [
  { name: 'colour', classes: 3 },
  { name: 'shade', classes: 2 },
];
const layout = headLayout(tasks);

/** Six images of one brightness each; the brighter, the higher the class of the task `colour`. */
const images = Uint8Array.from({ length: 6 * IMAGE }, (_, at) => (Math.floor(at / IMAGE) % 3) * 120);
const batch: ImageBatch = { images, taskOf: new Uint8Array(6), classOf: Uint8Array.of(0, 1, 2, 0, 1, 2) };
const positionOf = (step: number) => ({ seed: 2018, step, updates: step });

function digestOf({ weights, optimizer }: TrainingState): string {
  const hash = createHash('sha256');
  for (const values of [...weights, ...optimizer]) hash.update(values);
  return hash.digest('hex');
}

/** Between two sets of weights, taken as points. */
function distance(one: readonly Float32Array[], other: readonly Float32Array[]): number {
  const squares = one.map((values, index) =>
    values.reduce((sum, value, at) => sum + (value - (other[index]?.[at] ?? 0)) ** 2, 0),
  );
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
}

function modelOf(size: number): LayersModel {
  return buildClassifier(tf, { backbone: 'small-cnn', height: size, width: size, tasks }, { dropout: 0.2, seed: 1 });
}

/** What a test asks for that is not as in the others. */
interface Options extends Partial<Omit<TrainerOptions, 'rateFactors'>> {
  readonly freeze?: string;
  /** Of the learning rate, by layer. */
  readonly factors?: Readonly<Record<string, number>>;
}

async function setUp(mode: ExecutionMode, more: Options = {}): Promise<Trainer> {
  const model = more.model ?? modelOf(more.height ?? SIZE);
  const rateFactors = unwrap(prepareFineTuning(model, { freeze: more.freeze, rateFactors: more.factors ?? {} }));
  return createTrainer(tf, mode, {
    model,
    height: SIZE,
    width: SIZE,
    layout,
    optimizer: { name: 'adam' },
    augmentation: { horizontalFlip: true, rotationRange: 20, zoomRange: 0.2 },
    batchSizes: { training: [6, 2], prediction: [6] },
    ...more,
    rateFactors,
  });
}

describe.each(executionModes)('a training step (%s)', (mode) => {
  test('brings the loss of the batch down, when it is taken often enough', async () => {
    const trainer = await setUp(mode);
    const losses = Array.from({ length: 12 }, (_, step) => trainer.step(batch, positionOf(step), 3e-3).loss);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 3);
    trainer.dispose();
  });

  test('tells the loss before the update and the probabilities of each head', async () => {
    const trainer = await setUp(mode);
    const { loss, probabilities } = trainer.step(batch, positionOf(0), 1e-3);
    expect(loss).toBeGreaterThan(0);
    expect(probabilities).toHaveLength(6 * 5);
    for (let row = 0; row < 6; row += 1) {
      const [a = 0, b = 0, c = 0, d = 0, e = 0] = probabilities.subarray(row * 5);
      expect(a + b + c).toBeCloseTo(1, 5);
      expect(d + e).toBeCloseTo(1, 5);
    }
    for (const column of predictedColumns(probabilities, layout, batch.taskOf)) expect([0, 1, 2]).toContain(column);
    trainer.dispose();
  });

  test('moves every weight but those of a head that no sample of the batch has', async () => {
    const trainer = await setUp(mode);
    const before = trainer.state().weights;
    trainer.step(batch, positionOf(0), 1e-3);
    const after = trainer.state().weights;
    const unmoved = before.flatMap((values, index) => (String(values) === String(after[index]) ? [values.length] : []));
    // The kernel and the bias of `shade`.
    expect(unmoved).toEqual([104 * 2, 2]);
    trainer.dispose();
  });

  test('moves weights as far as the factor of their layer says, and frozen ones not at all', async () => {
    const moves = async (options: Options) => {
      const trainer = await setUp(mode, { optimizer: { name: 'sgd', momentum: 0, nesterov: false }, ...options });
      const before = trainer.state().weights;
      trainer.step(batch, positionOf(0), 1e-2);
      const after = trainer.state().weights;
      trainer.dispose();
      // The kernels of the stem and of the head `colour`, which are the only ones of their sizes.
      return [3 * 3 * 3 * 24, 104 * 3].map((size) => {
        const index = before.findIndex(({ length }) => length === size);
        return distance([before[index] ?? Float32Array.of()], [after[index] ?? Float32Array.of()]);
      });
    };
    const [[stem = 0, head = 0], slower, frozen] = [
      await moves({}),
      await moves({ factors: { backbone: 0.1 } }),
      await moves({ freeze: 'stem_relu' }),
    ];
    expect([slower[0], slower[1]]).toEqual([expect.closeTo(stem * 0.1, 5), expect.closeTo(head, 5)]);
    expect(frozen[0]).toBe(0);
  });

  test('tells the loss with its penalty on large kernels', async () => {
    const lossWith = async (l2: number) => {
      const trainer = await setUp(mode, { l2 });
      const { loss } = trainer.step(batch, positionOf(0), 1e-3);
      trainer.dispose();
      return loss;
    };
    const [free, once, twice] = [await lossWith(0), await lossWith(1e-3), await lossWith(2e-3)];
    expect(once).toBeGreaterThan(free);
    expect(twice - free).toBeCloseTo(2 * (once - free), 4);
  });

  test('gives the same weights bit for bit from the same weights, batch, seed and step', async () => {
    const [one, other] = [await setUp(mode), await setUp(mode)];
    for (const trainer of [one, other]) {
      for (const step of [0, 1]) trainer.step(batch, positionOf(step), 1e-3);
    }
    expect(digestOf(other.state())).toBe(digestOf(one.state()));
    for (const trainer of [one, other]) trainer.dispose();
  });

  test('goes on from a state that was taken as if it had never stopped', async () => {
    const [one, other] = [await setUp(mode), await setUp(mode)];
    for (const step of [0, 1]) one.step(batch, positionOf(step), 1e-3);
    const state = one.state();
    const taken = digestOf(state);
    one.step(batch, positionOf(2), 1e-3);
    other.restore(state);
    other.step(batch, positionOf(2), 1e-3);
    expect(digestOf(other.state())).toBe(digestOf(one.state()));
    expect(digestOf(state)).toBe(taken);
    for (const trainer of [one, other]) trainer.dispose();
  });

  test('draws anew in each step: the same batch gives another loss', async () => {
    const trainer = await setUp(mode);
    const start = trainer.state();
    const first = trainer.step(batch, positionOf(0), 1e-3).loss;
    trainer.restore(start);
    expect(trainer.step(batch, positionOf(1), 1e-3).loss).not.toBe(first);
    trainer.dispose();
  });

  test('predicts with the weights of the moment', async () => {
    const trainer = await setUp(mode);
    const before = trainer.probabilities(images, 6);
    trainer.step(batch, positionOf(0), 1e-2);
    expect(trainer.probabilities(images, 6)).not.toEqual(before);
    trainer.dispose();
  });

  test('leaves no tensor behind', async () => {
    const trainer = await setUp(mode);
    trainer.step(batch, positionOf(0), 1e-3);
    const before = tf.memory().numTensors;
    trainer.step(batch, positionOf(1), 1e-3);
    trainer.probabilities(images, 6);
    trainer.restore(trainer.state());
    expect(tf.memory().numTensors).toBe(before);
    trainer.dispose();
  });
});

describe('the graph takes the steps of the computation op by op', () => {
  const size = 64;
  /** As varied as photographs. In smaller ones the last map is one pixel, and rounding decides which way it goes. */
  const noise = (at: number) => Math.imul(at + 1, 2654435761) >>> 24;
  const samples = (count: number): ImageBatch => ({
    images: Uint8Array.from({ length: count * size * size * 3 }, (_, at) => noise(at)),
    taskOf: Uint8Array.from({ length: count }, (_, sample) => sample % 2),
    classOf: Uint8Array.from({ length: count }, (_, sample) => (sample % 2 === 0 ? (sample / 2) % 3 : 1)),
  });
  const [whole, last] = [samples(16), samples(12)];
  const more = { height: size, width: size, batchSizes: { training: [16, 12], prediction: [16] } };

  const adam: OptimizerOptions = { name: 'adam' };
  const sgd: OptimizerOptions = { name: 'sgd', momentum: 0, nesterov: false };
  const cases: [string, Options][] = [
    ['Adam', { optimizer: adam }],
    ['SGD', { optimizer: sgd }],
    ['SGD, clipped by length', { optimizer: sgd, clip: { globalNorm: 0.1 } }],
    ['SGD, clipped by value', { optimizer: sgd, clip: { value: 1e-3 } }],
    ['SGD with momentum', { optimizer: { name: 'sgd', momentum: 0.9, nesterov: false } }],
    ['SGD with Nesterov’s momentum', { optimizer: { name: 'sgd', momentum: 0.9, nesterov: true } }],
    ['Adam, labels smoothed', { optimizer: adam, targets: { labelSmoothing: 0.1 } }],
    ['Adam, classes weighted', { optimizer: adam, targets: { classWeights: Float32Array.of(1, 2, 0.5, 1, 3) } }],
    ['Adam, large kernels penalised', { optimizer: adam, l2: 1e-3 }],
    ['Adam, part of the backbone frozen', { optimizer: adam, freeze: 'block2_relu' }],
    ['Adam, the backbone learning more slowly', { optimizer: adam, factors: { block2_relu: 0.01, backbone: 0.1 } }],
    [
      'SGD with momentum, the backbone learning more slowly',
      { optimizer: { name: 'sgd', momentum: 0.9, nesterov: true }, factors: { backbone: 0.1 } },
    ],
  ];

  const batchAt = (step: number) => (step % 5 === 4 ? last : whole);

  test.each(cases)('%s: the same loss and the same update of the same weights', async (_, options) => {
    const [graph, eager] = [
      await setUp('graph', { ...more, ...options }),
      await setUp('eager', { ...more, ...options }),
    ];
    for (let step = 0; step < 5; step += 1) {
      const before = graph.state();
      eager.restore(before);
      const [one, other] = [graph, eager].map((trainer) => trainer.step(batchAt(step), positionOf(step), 1e-3).loss);
      expect(Math.abs((one ?? 0) / (other ?? 0) - 1), `loss of step ${step}`).toBeLessThan(1e-6);
      const [moved, ofEager] = [graph.state(), eager.state()];
      const away = distance(moved.weights, ofEager.weights) / distance(moved.weights, before.weights);
      expect(away, `update of step ${step}`).toBeLessThan(1e-3);
    }
    for (const trainer of [graph, eager]) trainer.dispose();
  });

  // Small steps: with larger ones a ReLU that rounding tips over is enough to lead the two apart.
  test.each(cases)('%s: the same losses over 20 steps', async (_, options) => {
    const losses = async (mode: ExecutionMode) => {
      const trainer = await setUp(mode, { ...more, ...options });
      const found = Array.from({ length: 20 }, (_, step) => trainer.step(batchAt(step), positionOf(step), 2e-5).loss);
      trainer.dispose();
      return found;
    };
    const [graph, eager] = [await losses('graph'), await losses('eager')];
    for (const [step, loss] of graph.entries()) {
      expect(Math.abs(loss / (eager[step] ?? 0) - 1), `step ${step}`).toBeLessThan(1e-5);
    }
  });

  test('the same predictions', async () => {
    const [graph, eager] = [await setUp('graph', more), await setUp('eager', more)];
    const expected = eager.probabilities(whole.images, 16);
    for (const [index, value] of graph.probabilities(whole.images, 16).entries()) {
      expect(value).toBeCloseTo(expected[index] ?? 0, 5);
    }
    for (const trainer of [graph, eager]) trainer.dispose();
  });
});

describe('two towers', () => {
  const two = ['/device:CPU:0', '/device:CPU:0'];
  const five: ImageBatch = {
    images: images.subarray(0, 5 * IMAGE),
    taskOf: Uint8Array.of(0, 1, 0, 1, 0),
    classOf: Uint8Array.of(0, 1, 2, 0, 1),
  };
  const optimizer: OptimizerOptions = { name: 'sgd', momentum: 0.9, nesterov: false };
  const more = { optimizer, batchSizes: { training: [5], prediction: [] } };

  test('with batch normalisation frozen take the steps of one device with the whole batch', async () => {
    const run = async (devices: readonly string[]) => {
      const model = modelOf(SIZE);
      for (const layer of model.layers) layer.trainable = layer.getClassName() !== 'BatchNormalization';
      const trainer = await setUp('graph', { ...more, model, devices, clip: { globalNorm: 1 } });
      const losses = Array.from({ length: 10 }, (_, step) => trainer.step(five, positionOf(step), 1e-2).loss);
      const { weights } = trainer.state();
      trainer.dispose();
      return { losses, weights };
    };
    const [one, both] = [await run(['']), await run(two)];
    for (const [step, loss] of both.losses.entries()) {
      expect(Math.abs(loss / (one.losses[step] ?? 0) - 1), `step ${step}`).toBeLessThan(1e-5);
    }
    expect(one.losses[9]).not.toBe(one.losses[0]);
    const zeros = one.weights.map((values) => new Float32Array(values.length));
    expect(distance(one.weights, both.weights) / distance(one.weights, zeros)).toBeLessThan(1e-5);
  });

  test('normalise each slice by itself, and their moving averages are the mean of both', async () => {
    const [graph, eager] = [
      await setUp('graph', { ...more, devices: two }),
      await setUp('eager', { ...more, devices: two }),
    ];
    const before = graph.state().weights;
    for (const trainer of [graph, eager]) trainer.step(five, positionOf(0), 1e-2);
    const [one, other] = [graph.state().weights, eager.state().weights];
    expect(distance(one, other) / distance(one, before)).toBeLessThan(1e-4);
    for (const trainer of [graph, eager]) trainer.dispose();
  });
});
