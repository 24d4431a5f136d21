import { expect, test } from 'vitest';
import { type ColorJitterRanges, colorJitter } from '../../../../src/vision/train/augmentations/color-jitter.ts';
import { applied, difference } from './apply.ts';
import { brightness, changed, contrast, hue, saturation } from './colour-references.ts';

const COUNT = 5;
const none: ColorJitterRanges = { brightness: 0, contrast: 0, saturation: 0, hue: 0 };

test.each<Partial<ColorJitterRanges>>([
  { brightness: 0.6 },
  { contrast: 0.6 },
  { saturation: 0.6 },
  { hue: 0.5 },
  { brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.1 },
])("colorJitter(%j) changes each image by torchvision's formulas, in order, with numbers of its own", (ranges) => {
  const { before, after, drawn } = applied([colorJitter({ ...none, ...ranges })], COUNT);
  const column = (index: number) => (image: number) => drawn[image]?.[index] ?? Number.NaN;
  let expected = before;
  for (const [index, change] of [brightness, contrast, saturation, hue].entries())
    expected = changed(expected, COUNT, change(expected, column(index)));
  expect(difference(after, expected)).toBeLessThan(0.05);
  expect(difference(after, before)).toBeGreaterThan(20);
  expect(new Set(drawn.map((numbers) => numbers.join())).size).toBe(COUNT);
});

test('colorJitter without ranges changes nothing', () => {
  const { before, after } = applied([colorJitter(none)], COUNT);
  expect(after).toEqual(before);
});
