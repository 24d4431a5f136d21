import { expect, test } from 'vitest';
import { edges, interpolate, mirrored, points, ribbon, smooth, steps, straight, tenths } from '../../src/demo/path.ts';

test('points parses the points attribute of SVG', () => {
  expect(points('0,10 -2.5,30')).toEqual([
    [0, 10],
    [-2.5, 30],
  ]);
});

test('straight starts or continues a path', () => {
  expect(straight(points('0,0 10,0 10,5'))).toBe('M0 0L10 0L10 5');
  expect(straight(points('0,0 10,0'), 'L')).toBe('L0 0L10 0');
});

test('smooth goes through all points, and is straight if they are on a line', () => {
  expect(smooth(points('0,0 6,0 12,0'))).toBe('M0 0C1 0 4 0 6 0C8 0 11 0 12 0');
});

test('mirrored returns the points of the other side in reverse order', () => {
  expect(mirrored(points('5,0 8,10'))).toEqual(points('-8,10 -5,0'));
});

test('edges returns a band with the given width at each point of its spine', () => {
  expect(edges(points('0,0 0,10 0,20'), [4, 6, 8])).toEqual({
    left: points('-2,0 -3,10 -4,20'),
    right: points('2,0 3,10 4,20'),
  });
  expect(ribbon(points('0,0 0,12'), [2, 2])).toBe('M-1 0C-1 2 -1 10 -1 12L1 12C1 10 1 2 1 0Z');
});

test('interpolate is linear between the knots and constant outside them', () => {
  const knots = points('10,1 20,3');
  expect([0, 10, 15, 20, 99].map((at) => interpolate(knots, at))).toEqual([1, 1, 2, 3, 3]);
});

test('steps includes both ends', () => {
  expect(steps(0, 1, 4)).toEqual([0, 0.25, 0.5, 0.75, 1]);
});

test('tenths rounds to one decimal', () => {
  expect([1.26, 3, -0.04].map(tenths)).toEqual(['1.3', '3', '0']);
});
