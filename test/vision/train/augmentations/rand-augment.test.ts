import { expect, test } from 'vitest';
import { randAugment } from '../../../../src/vision/train/augmentations/rand-augment.ts';
import { randomOf } from '../../../../src/vision/train/augmentations/random.ts';
import { applyDrawn, at, difference, fixedRandom, SIZE } from './apply.ts';
import {
  autocontrast,
  brightness,
  type Change,
  changed,
  contrast,
  saturation,
  sharpness,
} from './colour-references.ts';

/** Applies the operation with this number, in the positive or negative direction, with a magnitude of 15 of 30. */
function applyOperation(number: number, isNegative: boolean) {
  const augmentation = randAugment({ operations: 1, magnitude: 15 });
  const numbers = augmentation.draws?.draw(fixedRandom([isNegative ? 0 : 0.9], [number]), SIZE) ?? [];
  return { ...applyDrawn([augmentation], Float32Array.from(numbers), 1), numbers };
}

/** The pixel at a place between pixels, bilinearly; outside of the image that of the edge. */
function between(images: Float32Array, y: number, x: number, channel: number): number {
  const [row, column] = [Math.floor(y), Math.floor(x)];
  const [below, right] = [y - row, x - column];
  const value = (dy: number, dx: number) => at(images, 0, row + dy, column + dx, channel);
  const above = (1 - right) * value(0, 0) + right * value(0, 1);
  return (1 - below) * above + below * ((1 - right) * value(1, 0) + right * value(1, 1));
}

const angle = (15 * Math.PI) / 180;
const [centerX, centerY] = [(SIZE.width - 1) / 2, (SIZE.height - 1) / 2];
const shift = (150 / 331) * 0.5;

/** What each operation does by its definition, for a strength of 0.5 or −0.5. */
const OPERATIONS: readonly (readonly [name: string, (images: Float32Array, sign: number) => Change])[] = [
  ['shear x', (images, sign) => (_, _image, y, x, channel) => between(images, y, x + 0.15 * sign * y, channel)],
  ['shear y', (images, sign) => (_, _image, y, x, channel) => between(images, y + 0.15 * sign * x, x, channel)],
  [
    'translate x',
    (images, sign) => (_, _image, y, x, channel) => between(images, y, x + shift * sign * SIZE.width, channel),
  ],
  [
    'translate y',
    (images, sign) => (_, _image, y, x, channel) => between(images, y + shift * sign * SIZE.height, x, channel),
  ],
  [
    'rotate',
    (images, sign) => (_, _image, y, x, channel) => {
      const [dx, dy] = [x - centerX, y - centerY];
      const [sine, cosine] = [Math.sin(sign * angle), Math.cos(angle)];
      return between(images, centerY + sine * dx + cosine * dy, centerX + cosine * dx - sine * dy, channel);
    },
  ],
  ['brightness', (images, sign) => brightness(images, () => 1 + 0.45 * sign)],
  ['color', (images, sign) => saturation(images, () => 1 + 0.45 * sign)],
  ['contrast', (images, sign) => contrast(images, () => 1 + 0.45 * sign)],
  ['sharpness', (images, sign) => sharpness(images, () => 1 + 0.45 * sign)],
  ['posterize', (images) => (_, image, y, x, channel) => Math.floor(at(images, image, y, x, channel) / 4) * 4],
  [
    'solarize',
    (images) => (_, image, y, x, channel) => {
      const value = at(images, image, y, x, channel);
      return value >= 127.5 ? 255 - value : value;
    },
  ],
  ['autocontrast', (images) => autocontrast(images)],
  ['identity', (images) => (_, image, y, x, channel) => at(images, image, y, x, channel)],
];

test.each(OPERATIONS.map(([name, change], number) => ({ name, change, number })))(
  'RandAugment: $name is what its definition says, in both directions',
  ({ name, change, number }) => {
    for (const sign of [1, -1]) {
      const { before, after } = applyOperation(number, sign < 0);
      expect(difference(after, changed(before, 1, change(before, sign)))).toBeLessThan(0.05);
      if (name !== 'identity') expect(difference(after, before)).toBeGreaterThan(1);
    }
  },
);

test('RandAugment chooses all operations equally often, and others for each image', () => {
  const { draws } = randAugment({ operations: 2 });
  const random = randomOf({ seed: 1, step: 1 }, 0);
  const rows = Array.from({ length: 6500 }, () => (draws?.draw(random, SIZE) ?? []).slice(0, 10).join());
  const ofColour = rows.map((row) => Number(row.split(',')[8])).filter((number) => number >= 0);
  const counts = Array.from({ length: 7 }, (_, number) => ofColour.filter((each) => each === number).length);
  for (const count of counts) {
    expect(count).toBeGreaterThan(400);
    expect(count).toBeLessThan(600);
  }
});

test('RandAugment applies its operations one after the other', () => {
  const augmentation = randAugment({ operations: 2, magnitude: 15 });
  const brightnessThenSolarize = augmentation.draws?.draw(fixedRandom([0.9], [5, 10]), SIZE) ?? [];
  const { before, after } = applyDrawn([augmentation], Float32Array.from(brightnessThenSolarize), 1);
  const bright = changed(
    before,
    1,
    brightness(before, () => 1.45),
  );
  const expected = changed(bright, 1, (_, image, y, x, channel) => {
    const value = at(bright, image, y, x, channel);
    return value >= 127.5 ? 255 - value : value;
  });
  expect(difference(after, expected)).toBeLessThan(0.05);
});
