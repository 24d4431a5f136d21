import { describe, expect, test } from 'vitest';
import type { Precision } from '../../../../src/vision/tensorflow/session/config-proto.ts';
import { affine } from '../../../../src/vision/train/augmentations/affine.ts';
import { colorJitter } from '../../../../src/vision/train/augmentations/color-jitter.ts';
import { cutmix } from '../../../../src/vision/train/augmentations/cutmix.ts';
import { gaussianBlur } from '../../../../src/vision/train/augmentations/gaussian-blur.ts';
import { mixup } from '../../../../src/vision/train/augmentations/mixup.ts';
import { randAugment } from '../../../../src/vision/train/augmentations/rand-augment.ts';
import { randomErasing } from '../../../../src/vision/train/augmentations/random-erasing.ts';
import { randomResizedCrop } from '../../../../src/vision/train/augmentations/random-resized-crop.ts';
import { adam, adamW } from '../../../../src/vision/train/optimizers/adam.ts';
import { lion } from '../../../../src/vision/train/optimizers/lion.ts';
import type { Optimizer } from '../../../../src/vision/train/optimizers/optimizer.ts';
import { sgd } from '../../../../src/vision/train/optimizers/sgd.ts';
import type { ExecutionMode } from '../../../../src/vision/train/step/execution-mode.ts';
import type { ImageBatch } from '../../../../src/vision/train/step/trainer.ts';
import { distance, images, labelsOf, type Options, positionOf, setUp } from './small-trainer.ts';

const EVERY_AUGMENTATION = [
  randomResizedCrop(),
  affine(),
  colorJitter(),
  gaussianBlur(),
  randAugment(),
  randomErasing({ fill: 'noise' }),
  cutmix(),
  mixup(),
];

describe('the graph trainer computes the same steps as the eager trainer', () => {
  const size = 64;
  /** As varied as photographs. In smaller images the last feature map is one pixel, and rounding errors dominate. */
  const noise = (at: number) => Math.imul(at + 1, 2654435761) >>> 24;
  const samples = (count: number): ImageBatch => ({
    images: Uint8Array.from({ length: count * size * size * 3 }, (_, at) => noise(at)),
    labels: labelsOf(Array.from({ length: count }, (_, sample) => (sample % 2 === 0 ? [0, (sample / 2) % 3] : [1, 1]))),
  });
  const [whole, last] = [samples(16), samples(12)];
  const more = { height: size, width: size, batchSizes: { training: [16, 12], prediction: 16 } };

  const cases: [string, Options][] = [
    ['Adam', { optimizer: adam() }],
    ['SGD', { optimizer: sgd() }],
    ['SGD, clipped by global norm', { optimizer: sgd(), clip: { globalNorm: 0.1 } }],
    ['SGD, clipped by value', { optimizer: sgd(), clip: { value: 1e-3 } }],
    ['SGD with momentum', { optimizer: sgd({ momentum: 0.9 }) }],
    ['SGD with Nesterov momentum', { optimizer: sgd({ momentum: 0.9, nesterov: true }) }],
    ['Adam, label smoothing', { optimizer: adam(), targets: { labelSmoothing: 0.1 } }],
    [
      'Adam, class weights',
      { optimizer: adam(), targets: { classWeights: [Float32Array.of(1, 2, 0.5), Float32Array.of(1, 3)] } },
    ],
    ['Adam, L2 penalty', { optimizer: adam(), l2: 1e-3 }],
    ['Adam, part of the backbone frozen', { optimizer: adam(), freeze: 'block2_relu' }],
    [
      'Adam, smaller learning rate in the backbone',
      { optimizer: adam(), factors: { block2_relu: 0.01, backbone: 0.1 } },
    ],
    ['Adam, not augmented', { optimizer: adam(), augmentations: [] }],
    [
      'SGD with momentum, the backbone learning more slowly',
      { optimizer: sgd({ momentum: 0.9, nesterov: true }), factors: { backbone: 0.1 } },
    ],
  ];

  const others: [string, Options][] = [
    ['AdamW', { optimizer: adamW({ weightDecay: 0.5 }) }],
    ['AdamW, decay of the kernels', { optimizer: adamW({ weightDecay: 0.5, decayed: 'kernels' }) }],
    [
      'AdamW, part of the backbone frozen and the rest learning more slowly',
      { optimizer: adamW(), freeze: 'block2_relu', factors: { backbone: 0.1 } },
    ],
    ['Lion', { optimizer: lion({ weightDecay: 0.5 }) }],
    ['AdamW with averaged weights', { optimizer: adamW(), ema: { momentum: 0.5 } }],
    ['Adam, three batches an update', { optimizer: adam(), accumulate: 3 }],
    [
      'SGD with momentum, averaged weights, two batches an update',
      { optimizer: sgd({ momentum: 0.9 }), accumulate: 2, ema: { momentum: 0.5 } },
    ],
  ];

  const batchAt = (step: number) => (step % 5 === 4 ? last : whole);

  /** Rounding decides whether a pixel is inverted or posterized, so that losses differ more with each step. */
  const augmented: [string, Options] = ['Adam, augmented in every way', { augmentations: EVERY_AUGMENTATION }];

  test.each([...cases, ...others, augmented])('with the same loss and update: %s', async (_, options) => {
    const [graph, eager] = [
      await setUp('graph', { ...more, ...options }),
      await setUp('eager', { ...more, ...options }),
    ];
    for (let step = 0; step < 5; step += 1) {
      const before = await graph.state();
      await eager.restore(before);
      const [one, other] = await Promise.all(
        [graph, eager].map(async (trainer) => {
          return (await trainer.step(batchAt(step), positionOf(step, options.accumulate), 1e-3)).loss;
        }),
      );
      expect(Math.abs((one ?? 0) / (other ?? 0) - 1), `loss of step ${step}`).toBeLessThan(1e-6);
      const [moved, ofEager] = [await graph.state(), await eager.state()];
      const away = distance(moved.weights, ofEager.weights) / distance(moved.weights, before.weights);
      // Lion moves a weight by the sign of a gradient, also of one that is only noise.
      const tolerance = options.optimizer?.name === 'lion' ? 5e-3 : 1e-3;
      expect(away, `update of step ${step}`).toBeLessThan(tolerance);
      const kept = distance(moved.optimizer, ofEager.optimizer) / distance(moved.optimizer, before.optimizer);
      if (moved.optimizer.length > 0) expect(kept, `optimizer after step ${step}`).toBeLessThan(5e-3);
    }
    await Promise.all([graph, eager].map((trainer) => trainer.swapAverages()));
    const [one, other] = [(await graph.state()).weights, (await eager.state()).weights];
    expect(distance(one, other) / distance(one, []), 'averaged weights').toBeLessThan(1e-4);
    for (const trainer of [graph, eager]) await trainer.dispose();
  });

  // Small steps: with larger ones, one ReLU that rounding switches on or off makes the two diverge.
  test.each(cases)('with the same losses over 20 steps: %s', async (_, options) => {
    const losses = async (mode: ExecutionMode) => {
      const trainer = await setUp(mode, { ...more, ...options });
      const found: number[] = [];
      for (let step = 0; step < 20; step += 1)
        found.push((await trainer.step(batchAt(step), positionOf(step, options.accumulate), 2e-5)).loss);
      await trainer.dispose();
      return found;
    };
    const [graph, eager] = [await losses('graph'), await losses('eager')];
    for (const [step, loss] of graph.entries()) {
      expect(Math.abs(loss / (eager[step] ?? 0) - 1), `step ${step}`).toBeLessThan(1e-5);
    }
  });

  test('with close losses in bfloat16, which are the same each time', async () => {
    const losses = async (precision: Precision) => {
      const trainer = await setUp('graph', { ...more, session: { precision } });
      const found: number[] = [];
      for (let step = 0; step < 6; step += 1)
        found.push((await trainer.step(batchAt(step), positionOf(step), 1e-3)).loss);
      await trainer.dispose();
      return found;
    };
    const [exact, mixed] = [await losses('float32'), await losses('mixed_bfloat16')];
    expect(await losses('mixed_bfloat16')).toEqual(mixed);
    expect(mixed).not.toEqual(exact);
    for (const [step, loss] of mixed.entries()) expect(Math.abs(loss / (exact[step] ?? 0) - 1)).toBeLessThan(0.05);
  });

  test('and the same predictions', async () => {
    const [graph, eager] = [await setUp('graph', more), await setUp('eager', more)];
    const expected = await eager.predict(whole.images, 16);
    for (const [index, value] of (await graph.predict(whole.images, 16)).entries()) {
      expect(value).toBeCloseTo(expected[index] ?? 0, 5);
    }
    for (const trainer of [graph, eager]) await trainer.dispose();
  });
});

describe('in mixed_float16', () => {
  const batch: ImageBatch = { images, labels: labelsOf([0, 1, 2, 0, 1, 2].map((classIndex) => [0, classIndex])) };
  const mixed: Options = { session: { precision: 'mixed_float16' } };

  // On a CPU nothing is computed in float16, and scaling by a power of two is exact.
  test('the scale of the loss changes no result', async () => {
    const run = async (options: Options) => {
      const trainer = await setUp('graph', options);
      const losses: number[] = [];
      for (let step = 0; step < 3; step += 1) losses.push((await trainer.step(batch, positionOf(step), 1e-3)).loss);
      const { weights } = await trainer.state();
      await trainer.dispose();
      return { losses, weights };
    };
    expect(await run(mixed)).toEqual(await run({}));
  });

  test.each<Optimizer>([adam(), sgd({ momentum: 0.9 }), lion()])(
    'a step whose gradients overflow changes no trainable weight, and the scale is halved until they do not: $name',
    async (optimizer) => {
      // Times 2^15, such losses are infinite in float32.
      const targets = { classWeights: [new Float32Array(3).fill(2e34)] };
      const trainer = await setUp('graph', { ...mixed, optimizer, targets, clip: { value: 1 }, freeze: 'backbone' });
      const changes: boolean[] = [];
      for (let step = 0; step < 6; step += 1) {
        const before = await trainer.state();
        expect((await trainer.step(batch, positionOf(step), 1e-3)).loss).toBeLessThan(Number.POSITIVE_INFINITY);
        const after = await trainer.state();
        changes.push(distance(after.weights, before.weights) > 0);
        const moments = after.optimizer.slice(0, -2);
        expect(moments.every((values) => values.every(Number.isFinite))).toBe(true);
      }
      await trainer.dispose();
      expect(String(changes)).toMatch(/^(false,)+true,true/);
    },
  );
});
