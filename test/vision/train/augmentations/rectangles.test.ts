import { describe, expect, test } from 'vitest';
import { drawNumbers } from '../../../../src/vision/train/augmentations/augment.ts';
import { randomOf } from '../../../../src/vision/train/augmentations/random.ts';
import { randomErasing } from '../../../../src/vision/train/augmentations/random-erasing.ts';
import { randomResizedCrop } from '../../../../src/vision/train/augmentations/random-resized-crop.ts';
import { randomRectangle } from '../../../../src/vision/train/augmentations/rectangles.ts';
import { applied, at, difference, everywhere, SIZE } from './apply.ts';

const COUNT = 40;

describe('a random rectangle', () => {
  const size = { height: 600, width: 800 };
  const random = randomOf({ seed: 1, step: 1 }, 0);
  const ranges = { scale: [0.1, 0.4], ratio: [0.5, 2] } as const;
  const sampled = Array.from({ length: 2000 }, () => randomRectangle(random, size, ranges)).filter(
    (rectangle) => rectangle !== undefined,
  );

  test('has an area and a ratio in the given ranges, up to whole pixels, and covers them', () => {
    const shares = sampled.map(({ height, width }) => (height * width) / (size.height * size.width));
    const ratios = sampled.map(({ height, width }) => width / height);
    for (const [values, [least, greatest]] of [
      [shares, ranges.scale],
      [ratios, ranges.ratio],
    ] as const) {
      expect(Math.min(...values)).toBeCloseTo(least, 1);
      expect(Math.max(...values)).toBeCloseTo(greatest, 1);
    }
    const logarithms = ratios.map(Math.log);
    expect(logarithms.reduce((sum, value) => sum + value, 0) / logarithms.length).toBeCloseTo(0, 1);
  });

  test('lies anywhere in the image, and nowhere outside of it', () => {
    const ends = sampled.map(({ top, left, height, width }) => ({ bottom: top + height, right: left + width }));
    expect(Math.min(...sampled.map(({ top }) => top))).toBeLessThan(3);
    expect(Math.max(...ends.map(({ bottom }) => bottom))).toBeOneOf([size.height - 2, size.height - 1, size.height]);
    expect(Math.min(...sampled.map(({ left }) => left))).toBeLessThan(3);
    expect(Math.max(...ends.map(({ right }) => right))).toBeOneOf([size.width - 2, size.width - 1, size.width]);
  });

  test('is missing if none fits', () => {
    expect(randomRectangle(random, size, { scale: [2, 2], ratio: [1, 1] })).toBeUndefined();
  });
});

describe('randomErasing', () => {
  test('replaces the pixels of the drawn rectangle by the fill, and no others', () => {
    const { before, after, drawn } = applied([randomErasing({ probability: 1, fill: 7 })], COUNT);
    const expected = everywhere(COUNT, (image, y, x, channel) => {
      const [top = 0, left = 0, bottom = 0, right = 0] = drawn[image] ?? [];
      return y >= top && y < bottom && x >= left && x < right ? 7 : at(before, image, y, x, channel);
    });
    expect(difference(after, expected)).toBe(0);
    expect(difference(after, before)).toBeGreaterThan(0);
  });

  test('leaves images alone by the probability', () => {
    const numbers = drawNumbers([randomErasing({ probability: 0.25 })], 4000, SIZE, { seed: 5, step: 1 });
    const erased = numbers.filter((bottom, index) => index % 4 === 2 && bottom > 0).length;
    expect(erased / 4000).toBeGreaterThan(0.22);
    expect(erased / 4000).toBeLessThan(0.28);
  });

  test('fills with noise that is uniform, differs from step to step, and is the same when a step is repeated', () => {
    const noise = [randomErasing({ probability: 1, scale: [0.3, 0.3], ratio: [1, 1], fill: 'noise' })];
    const { before, after } = applied(noise, COUNT);
    const replaced = after.filter((value, index) => value !== before[index]);
    const mean = replaced.reduce((sum, value) => sum + value, 0) / replaced.length;
    expect(mean).toBeGreaterThan(118);
    expect(mean).toBeLessThan(137);
    expect(Math.min(...replaced)).toBeLessThan(5);
    expect(Math.max(...replaced)).toBeGreaterThan(250);
    expect(applied(noise, COUNT).after).toEqual(after);
    expect(applied(noise, COUNT, 4).after).not.toEqual(after);
  });
});

describe('randomResizedCrop', () => {
  test('resizes the drawn rectangle to the whole image, bilinearly between the centres of pixels', () => {
    const { before, after, drawn } = applied([randomResizedCrop({ scale: [0.2, 0.6] })], COUNT);
    const expected = everywhere(COUNT, (image, y, x, channel) => {
      const [scaleX = 0, , left = 0, , scaleY = 0, top = 0] = drawn[image] ?? [];
      const [inX, inY] = [scaleX * x + left, scaleY * y + top];
      const [column, row] = [Math.floor(inX), Math.floor(inY)];
      const [right, below] = [inX - column, inY - row];
      const value = (dy: number, dx: number) => at(before, image, row + dy, column + dx, channel);
      const above = (1 - right) * value(0, 0) + right * value(0, 1);
      return (1 - below) * above + below * ((1 - right) * value(1, 0) + right * value(1, 1));
    });
    expect(difference(after, expected)).toBeLessThan(0.01);
    // The edges of a rectangle are edges of whole pixels.
    for (const [scaleX = 0, , left = 0] of drawn) {
      const edge = left - scaleX / 2 + 0.5;
      expect(Math.abs(edge - Math.round(edge))).toBeLessThan(1e-5);
    }
  });

  test('takes the whole image where no rectangle fits', () => {
    const { before, after } = applied([randomResizedCrop({ scale: [1, 1], ratio: [50, 50] })], COUNT);
    expect(difference(after, before)).toBeLessThan(1e-3);
  });
});
