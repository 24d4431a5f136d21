import { describe, expect, test } from 'vitest';
import { bytes, columns, count, duration, figure, plural } from '../../../src/shared/text/format.ts';

describe('formatted numbers', () => {
  test.each([
    [0.04, '0.0 s'],
    [9.94, '9.9 s'],
    [41.4, '41 s'],
    [119.4, '119 s'],
    [200, '3 min 20 s'],
    [7500, '2 h 5 min'],
  ])('%d seconds are formatted as "%s"', (seconds, text) => expect(duration(seconds)).toBe(text));

  test.each([
    [17, '17 B'],
    [1234, '1.2 kB'],
    [38_500_000, '38.5 MB'],
    [26e9, '26.0 GB'],
    [260e9, '260 GB'],
  ])('%d bytes are formatted as "%s"', (size, text) => expect(bytes(size)).toBe(text));

  test('counts have thousands separators, metrics four significant digits, and one is singular', () => {
    expect([count(79_573), figure(0.912345), figure(2400), plural(1, 'stage'), plural(2, 'stage')]).toEqual([
      '79,573',
      '0.9123',
      '2,400',
      '1 stage',
      '2 stages',
    ]);
  });

  test('columns are as wide as their widest cell', () => {
    expect(
      columns([
        ['a', 'bb', 'c'],
        ['aaa', 'b', 'c'],
      ]),
    ).toBe('a    bb  c\naaa  b   c');
  });
});
