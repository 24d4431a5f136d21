import { describe, expect, test } from 'vitest';
import { type AffineRanges, affine, isIdentity } from '../../../../src/vision/train/augmentations/affine.ts';
import { drawNumbers } from '../../../../src/vision/train/augmentations/augment.ts';

const still: AffineRanges = { horizontalFlip: false, rotationRange: 0, zoomRange: 0 };
const all: AffineRanges = { horizontalFlip: true, rotationRange: 20, zoomRange: 0.2 };
const size = { height: 9, width: 13 };
const at = { seed: 2018, step: 7 };

/** Returns one transform per image. */
function transforms(ranges: AffineRanges, count = 500, point = at): number[][] {
  const values = [...drawNumbers([affine(ranges)], count, size, point)];
  return Array.from({ length: count }, (_, image) => values.slice(image * 8, (image + 1) * 8));
}

/** Decomposes the linear part of a transform. */
function parts([a0 = 0, a1 = 0, , b0 = 0, b1 = 0]: readonly number[]) {
  const angle = (Math.atan2(-a1, b1) * 180) / Math.PI;
  const cosine = Math.cos(Math.atan2(-a1, b1));
  return { angle, zoomX: Math.hypot(a0, b0), zoomY: b1 / cosine, flipped: a0 < 0 };
}

const spread = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as const;

describe('the random transforms of a batch', () => {
  test('rotate, zoom and flip within the given ranges, and cover them', () => {
    const sampled = transforms(all).map(parts);
    const [minAngle, maxAngle] = spread(sampled.map(({ angle }) => angle));
    expect(minAngle).toBeGreaterThan(-20.001);
    expect(minAngle).toBeLessThan(-19);
    expect(maxAngle).toBeLessThan(20.001);
    expect(maxAngle).toBeGreaterThan(19);
    for (const axis of ['zoomX', 'zoomY'] as const) {
      const [min, max] = spread(sampled.map((part) => part[axis]));
      expect(min).toBeGreaterThan(0.7999);
      expect(min).toBeLessThan(0.81);
      expect(max).toBeLessThan(1.2001);
      expect(max).toBeGreaterThan(1.19);
    }
    const flipped = sampled.filter((part) => part.flipped).length / sampled.length;
    expect(flipped).toBeGreaterThan(0.4);
    expect(flipped).toBeLessThan(0.6);
  });

  test('keep the centre of the image fixed', () => {
    const [x, y] = [(size.width - 1) / 2, (size.height - 1) / 2];
    for (const [a0 = 0, a1 = 0, a2 = 0, b0 = 0, b1 = 0, b2 = 0, c0, c1] of transforms(all)) {
      expect(a0 * x + a1 * y + a2).toBeCloseTo(x, 4);
      expect(b0 * x + b1 * y + b2).toBeCloseTo(y, 4);
      expect([c0, c1]).toEqual([0, 0]);
    }
  });

  test('depend on seed and step', () => {
    expect(transforms(all)).toEqual(transforms(all));
    expect(transforms(all, 500, { ...at, step: 8 })).not.toEqual(transforms(all));
    expect(transforms(all, 500, { ...at, seed: 2019 })).not.toEqual(transforms(all));
  });

  test('are uncorrelated from one step to the next', () => {
    const angles = Array.from(
      { length: 1000 },
      (_, step) => parts(transforms(all, 1, { seed: 1, step })[0] ?? []).angle,
    );
    const mean = angles.reduce((sum, angle) => sum + angle, 0) / angles.length;
    const neighbours = angles.slice(1).map((angle, index) => (angle - mean) * ((angles[index] ?? 0) - mean));
    const variance = angles.reduce((sum, angle) => sum + (angle - mean) ** 2, 0) / angles.length;
    const correlation = neighbours.reduce((sum, product) => sum + product, 0) / neighbours.length / variance;
    expect(Math.abs(mean)).toBeLessThan(1.5);
    expect(Math.abs(correlation)).toBeLessThan(0.1);
  });

  test('do not depend on the number of images in the batch', () => {
    expect(transforms(all, 3)).toEqual(transforms(all, 8).slice(0, 3));
  });

  test('have the same rotation whether or not flipping is on', () => {
    const angles = (ranges: AffineRanges) => transforms(ranges).map((transform) => parts(transform).angle);
    expect(angles({ ...all, horizontalFlip: false })).toEqual(angles(all));
  });
});

test('an augmentation with all ranges 0 is the identity', () => {
  expect(isIdentity(still)).toBe(true);
  expect(transforms(still, 2)).toEqual(
    [
      [1, 0, 0, 0, 1, 0, 0, 0],
      [1, 0, 0, 0, 1, 0, 0, 0],
    ].map((row) => row.map((value) => expect.closeTo(value, 6))),
  );
  for (const one of [{ horizontalFlip: true }, { rotationRange: 1 }, { zoomRange: 0.1 }]) {
    expect(isIdentity({ ...still, ...one })).toBe(false);
  }
});
