import { describe, expect, test } from 'vitest';
import { headLayout } from '../../../../src/vision/heads/head-layout.ts';
import { augment, drawNumbers } from '../../../../src/vision/train/augmentations/augment.ts';
import { cutmix } from '../../../../src/vision/train/augmentations/cutmix.ts';
import { mixup } from '../../../../src/vision/train/augmentations/mixup.ts';
import { randomOf } from '../../../../src/vision/train/augmentations/random.ts';
import { batchLoss, meanLoss } from '../../../../src/vision/train/step/loss.ts';
import { targetTensors } from '../../../../src/vision/train/step/target-tensors.ts';
import { classLabels } from '../../../support/class-labels.ts';
import { expectNoLeak } from '../../../support/tensorflow.ts';
import { applied, at, difference, everywhere, pixelsOf, SIZE, tf } from './apply.ts';

const COUNT = 4;
const tasks = [
  { name: 'colour', classes: 3 },
  { name: 'shade', classes: 2 },
];
const layout = headLayout(tasks);
/** Two tasks. The third image is mixed with one of the other task, as is the last, whose next one is the first. */
const labels = classLabels(tasks, [
  [0, 2],
  [0, 0],
  [0, 1],
  [1, 1],
]);
const probabilities = Float32Array.of(
  ...[0.2, 0.5, 0.3, 0.9, 0.1],
  ...[0.6, 0.3, 0.1, 0.4, 0.6],
  ...[0.1, 0.1, 0.8, 0.7, 0.3],
  ...[0.3, 0.3, 0.4, 0.2, 0.8],
);
const next = (image: number) => (image + 1) % COUNT;

/** The cross-entropy of one image for the label of another. */
function lossOf(image: number, labelled: number): number {
  const own = probabilities.subarray(image * layout.totalColumns, (image + 1) * layout.totalColumns);
  return batchLoss(tf, layout)(own, labels.slice(labelled, labelled + 1));
}

/** The loss of a batch after an augmentation, with the shares that were drawn. */
function lossAfter(augmentation: ReturnType<typeof mixup>): number {
  return tf.tidy(() => {
    const drawn = drawNumbers([augmentation], COUNT, SIZE, { seed: 2018, step: 3 });
    const { targets } = augment(
      tf,
      [augmentation],
      { pixels: pixelsOf(COUNT), targets: [targetTensors(tf, layout, labels)] },
      { drawn: tf.tensor2d(drawn, [COUNT, drawn.length / COUNT]), key: tf.tensor1d([2018, 3], 'int32') },
    );
    const matrix = tf.tensor2d(probabilities, [COUNT, layout.totalColumns]);
    const losses = targets.map((target) => meanLoss(tf, layout, matrix, target).dataSync()[0] ?? Number.NaN);
    return losses.reduce((sum, loss) => sum + loss, 0);
  });
}

describe.each([
  { name: 'mixup', augmentation: mixup({ alpha: 1 }), shareColumn: 0 },
  { name: 'cutmix', augmentation: cutmix(), shareColumn: 4 },
])('$name', ({ augmentation, shareColumn }) => {
  test('weights the losses for both labels by their shares, each in the head of its own task', () => {
    const { drawn } = applied([augmentation], COUNT);
    const mixed = drawn.map((numbers, image) => {
      const share = numbers[shareColumn] ?? Number.NaN;
      return share * lossOf(image, image) + (1 - share) * lossOf(image, next(image));
    });
    expect(lossAfter(augmentation)).toBeCloseTo(mixed.reduce((sum, loss) => sum + loss, 0) / COUNT, 5);
  });

  test('leaves a batch of one image as it is', () => {
    const { before, after } = applied([augmentation], 1);
    expect(difference(after, before)).toBeLessThan(1e-4);
  });

  test('leaks no tensor', async () => {
    await expectNoLeak(tf, () => lossAfter(augmentation));
  });
});

test('mixup mixes each image with the next one, pixel by pixel', () => {
  const { before, after, drawn } = applied([mixup({ alpha: 1 })], COUNT);
  const expected = everywhere(COUNT, (image, y, x, channel) => {
    const share = drawn[image]?.[0] ?? Number.NaN;
    return share * at(before, image, y, x, channel) + (1 - share) * at(before, next(image), y, x, channel);
  });
  expect(difference(after, expected)).toBeLessThan(1e-3);
});

test('cutmix takes the drawn rectangle from the next image, and its share is that of the area that is left', () => {
  const { before, after, drawn } = applied([cutmix()], COUNT);
  const expected = everywhere(COUNT, (image, y, x, channel) => {
    const [top = 0, left = 0, bottom = 0, right = 0] = drawn[image] ?? [];
    const isReplaced = y >= top && y < bottom && x >= left && x < right;
    return at(before, isReplaced ? next(image) : image, y, x, channel);
  });
  expect(difference(after, expected)).toBe(0);
  for (const [top = 0, left = 0, bottom = 0, right = 0, share = 0] of drawn)
    expect(share).toBeCloseTo(1 - ((bottom - top) * (right - left)) / (SIZE.height * SIZE.width), 6);
});

test('mixup after cutmix has the targets of up to four images, whose shares sum to 1', () => {
  tf.tidy(() => {
    const both = [cutmix(), mixup({ alpha: 1 })];
    const drawn = drawNumbers(both, COUNT, SIZE, { seed: 2018, step: 3 });
    const { targets } = augment(
      tf,
      both,
      { pixels: pixelsOf(COUNT), targets: [targetTensors(tf, layout, labels)] },
      { drawn: tf.tensor2d(drawn, [COUNT, 6]), key: tf.tensor1d([2018, 3], 'int32') },
    );
    expect(targets).toHaveLength(4);
    const totals = tf.addN(targets.map(({ target, weight }) => tf.sum(tf.mul(target, weight), 1))).dataSync();
    for (const total of totals) expect(total).toBeCloseTo(1, 5);
  });
});

test.each([0.2, 1, 4])('the shares of mixup have the mean and the variance of Beta(%d, %d)', (alpha) => {
  const random = randomOf({ seed: 3, step: 1 }, 0);
  const shares = Array.from({ length: 20_000 }, () => random.beta(alpha));
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length;
  expect(mean).toBeCloseTo(0.5, 1.9);
  expect(variance).toBeCloseTo(1 / (4 * (2 * alpha + 1)), 2);
  expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
});
