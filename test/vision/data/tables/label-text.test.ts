import { expect, test } from 'vitest';
import { labelText } from '../../../../src/vision/data/tables/label-text.ts';

test('a label is put into words by its kind', () => {
  expect(labelText('nyn', 'class', ['a', 'b', 'c'])).toBe('b');
  expect(labelText('nyn')).toBe('1');
  expect(labelText('ymy', 'classes', ['a', 'b', 'c'])).toBe('a and c');
  expect(labelText('nn', 'classes', ['a', 'b'])).toBe('none');
  expect(labelText('0.333333333', 'numbers')).toBe('0.333333');
  expect(labelText('3;', 'numbers', ['width', 'height'])).toBe('width 3, height unknown');
});
