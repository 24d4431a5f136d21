import { expect, test } from 'vitest';
import { gaussianBlur } from '../../../../src/vision/train/augmentations/gaussian-blur.ts';
import { applied, at, difference, everywhere, SIZE } from './apply.ts';

const COUNT = 4;
const SIGMA = [0.5, 1.5] as const;
const RADIUS = 5;

/** The position that is as far from the border inside of the image, without the border itself. */
function reflected(position: number, length: number): number {
  const within = Math.abs(position);
  return within < length ? within : 2 * (length - 1) - within;
}

test("gaussianBlur computes torchvision's sum over the neighbours of each pixel, reflected at the border", () => {
  const { before, after, drawn } = applied([gaussianBlur({ probability: 1, sigma: SIGMA })], COUNT);
  const offsets = Array.from({ length: 2 * RADIUS + 1 }, (_, index) => index - RADIUS);
  const expected = everywhere(COUNT, (image, y, x, channel) => {
    let sum = 0;
    for (const [row, dy] of offsets.entries()) {
      for (const [column, dx] of offsets.entries()) {
        const weight = (drawn[image]?.[row] ?? 0) * (drawn[image]?.[column] ?? 0);
        const [inY, inX] = [reflected(y + dy, SIZE.height), reflected(x + dx, SIZE.width)];
        sum += weight * at(before, image, inY, inX, channel);
      }
    }
    return sum;
  });
  expect(difference(after, expected)).toBeLessThan(0.01);
});

test('the weights of a blur are those of a Gaussian with a deviation in the given range, and sum to 1', () => {
  const { drawn } = applied([gaussianBlur({ probability: 1, sigma: SIGMA })], 200);
  const deviations = drawn.map((weights) => {
    const [centre = 0, next = 0] = weights.slice(RADIUS);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
    return 1 / Math.sqrt(-2 * Math.log(next / centre));
  });
  expect(Math.min(...deviations)).toBeGreaterThan(0.499);
  expect(Math.max(...deviations)).toBeLessThan(1.501);
  expect(Math.max(...deviations) - Math.min(...deviations)).toBeGreaterThan(0.9);
});

test('an image that is not chosen stays as it is', () => {
  const { before, after } = applied([gaussianBlur({ probability: 0, sigma: SIGMA })], COUNT);
  expect(after).toEqual(before);
});
