import { expect, test } from 'vitest';
import { contrasting, distance, mix } from '../../src/demo/colour.ts';
import { COATS, FABRICS, FLOORS, SKINS, TROUSERS, WALLS } from '../../src/demo/palette.ts';
import { randomFor } from '../../src/demo/random.ts';

test('mix returns a colour between two colours', () => {
  expect(mix('#000000', '#ffffff', 0)).toBe('#000000');
  expect(mix('#000000', '#ffffff', 1)).toBe('#ffffff');
  expect(mix('#102030', '#304050', 0.5)).toBe('#203040');
});

test('distance is 0 for equal colours, 1 between black and white, and symmetric', () => {
  expect(distance('#3f6f8f', '#3f6f8f')).toBe(0);
  expect(distance('#000000', '#ffffff')).toBeCloseTo(1, 5);
  expect(distance('#c4182f', '#1d8a55')).toBe(distance('#1d8a55', '#c4182f'));
});

test('contrasting returns a colour with at least the given distance from all others', () => {
  for (let take = 0; take < 50; take += 1) {
    const chosen = contrasting(randomFor(`${take}`), ['#000000', '#ff0000', '#ffffff'], ['#110000', '#dd1111'], 0.2);
    expect(chosen).toBe('#ffffff');
  }
});

test('contrasting returns the most distant colour if none has the given distance', () => {
  expect(contrasting(randomFor('any'), ['#777777', '#222222', '#999999'], ['#888888'], 0.9)).toBe('#222222');
});

test('no colour of a cloth, wall or floor is close to a skin colour', () => {
  for (const colour of [...FABRICS, ...COATS, ...TROUSERS, ...WALLS, ...FLOORS]) {
    for (const skin of SKINS) expect(distance(colour, skin), `${colour} and ${skin}`).toBeGreaterThan(0.055);
  }
});

test('every coat colour stands out from all trouser colours', () => {
  for (const coat of COATS) for (const lower of TROUSERS) expect(distance(coat, lower)).toBeGreaterThan(0.2);
});
