import { expect, test } from 'vitest';
import { cut, cutMiddle, displayWidth, leftOut, oneLine, table } from '../../../src/shared/text/table.ts';

test('columns are aligned by display width, numbers to the right', () => {
  const { lines } = table(
    [
      ['name', 'length'],
      ['帽子', '2'],
      ['coat', '1,200'],
    ],
    60,
  );
  expect(lines).toEqual(['  name  length', '  帽子       2', '  coat   1,200']);
});

test.each([20, 40, 60])('no line of a table is wider than %d columns', (width) => {
  const rows = [
    ['file', 'digest', 'n', 'note'],
    ['Images/コート/0001.jpg', 'a'.repeat(64), '1', 'x'.repeat(50)],
  ];
  for (const line of table(rows, width).lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
});

test('columns that do not fit are listed by name', () => {
  const names = ['first', 'second', 'third', 'fourth'];
  const found = table([names, names.map(() => 'a long value indeed')], 44);
  expect(found.shown).toBe(3);
  expect(leftOut(names, found, 44)).toEqual(['  and fourth']);
});

test('texts are cut to a display width, paths in the middle', () => {
  expect(cut('coat and hat', 6)).toBe('coat …');
  expect(cut('帽子と帽子', 6)).toBe('帽子…');
  expect(cut('👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 5)).toBe('👩‍👩‍👧👩‍👩‍👧…');
  expect(cutMiddle('Images/coat/0001.jpg', 11)).toBe('Image…1.jpg');
  expect(cut('coat', 4)).toBe('coat');
});

test('control characters and line breaks are made visible', () => {
  expect(oneLine('two\nlines\u001b[31mred')).toBe('two↵lines\\x1b[31mred');
});

test('a column of names is left-aligned, even if the names consist of digits', () => {
  const rows = [
    ['a name', 'value'],
    ['28526e5', '1'],
  ];
  expect(table(rows, 40, '', 1).lines).toEqual(['a name   value', '28526e5      1']);
});
