import { expect, test } from 'vitest';
import { parseCsv } from '../../src/data/csv.ts';

test('each row comes with its fields and the line that it is on', () => {
  expect(parseCsv('a.jpg,coat_length_labels,ny\nb.jpg,coat_length_labels,yn\n', 'label.csv')).toEqual({
    rows: [
      { line: 1, fields: ['a.jpg', 'coat_length_labels', 'ny'] },
      { line: 2, fields: ['b.jpg', 'coat_length_labels', 'yn'] },
    ],
    problems: [],
  });
});

test('a byte order mark, Windows line ends, quotes, spaces and blank lines are what a spreadsheet leaves behind', () => {
  const { rows, problems } = parseCsv('\uFEFF"a, 1.jpg", coat ,ny\r\n\r\n   \r\n b.jpg ,coat,yn', 'label.csv');
  expect(problems).toEqual([]);
  expect(rows).toEqual([
    { line: 1, fields: ['a, 1.jpg', 'coat', 'ny'] },
    { line: 4, fields: ['b.jpg', 'coat', 'yn'] },
  ]);
});

test('line ends may be mixed', () => {
  const { rows } = parseCsv('a,b,c\nd,e,f\r\ng,h,i\r\nj,k,l\n', 'label.csv');
  expect(rows.map(({ line, fields }) => `${line} ${fields.join(' ')}`)).toEqual([
    '1 a b c',
    '2 d e f',
    '3 g h i',
    '4 j k l',
  ]);
});

test('a row may have any number of fields, some of them empty', () => {
  expect(parseCsv('a\n,b\n,,,\n', 'label.csv').rows.map(({ fields }) => fields)).toEqual([
    ['a'],
    ['', 'b'],
    ['', '', '', ''],
  ]);
});

test('a quote in the midst of a field is a character like any other', () => {
  expect(parseCsv('a"1".jpg,b,c\n"d"e,f,g\n', 'label.csv').rows.map(({ fields }) => fields[0])).toEqual([
    'a"1".jpg',
    '"d"e',
  ]);
});

test('a quote that is never closed is reported where it can have been opened at the earliest', () => {
  const { rows, problems } = parseCsv('a,b,c\n"d,e,f\ng,h,i\nj,k,l\n', 'label.csv');
  expect(rows).toHaveLength(1);
  expect(problems).toEqual([
    {
      message: 'a quote is opened here or further down and never closed',
      at: { file: 'label.csv', line: 2 },
      advice: 'Write a field in double quotes as "…", or without any.',
    },
  ]);
});
