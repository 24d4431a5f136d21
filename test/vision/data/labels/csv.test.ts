import { expect, test } from 'vitest';
import { parseCsv } from '../../../../src/vision/data/labels/csv.ts';

const parse = (text: string) => parseCsv({ path: 'label.csv', text, findings: [] });

test('each row comes with its fields and the line that it is on', () => {
  expect(parse('a.jpg,coat_length_labels,ny\nb.jpg,coat_length_labels,yn\n')).toMatchObject({
    rows: [
      { line: 1, fields: ['a.jpg', 'coat_length_labels', 'ny'] },
      { line: 2, fields: ['b.jpg', 'coat_length_labels', 'yn'] },
    ],
    findings: [],
  });
});

test('a byte order mark, Windows line ends, quotes, spaces and blank lines are what a spreadsheet leaves behind', () => {
  const { rows, findings } = parse('\uFEFF"a, 1.jpg", coat ,ny\r\n\r\n   \r\n b.jpg ,coat,yn');
  expect(findings).toEqual([]);
  expect(rows).toEqual([
    { line: 1, fields: ['a, 1.jpg', 'coat', 'ny'] },
    { line: 4, fields: ['b.jpg', 'coat', 'yn'] },
  ]);
});

test('line ends may be mixed', () => {
  const { rows } = parse('a,b,c\nd,e,f\r\ng,h,i\r\nj,k,l\n');
  expect(rows.map(({ line, fields }) => `${line} ${fields.join(' ')}`)).toEqual([
    '1 a b c',
    '2 d e f',
    '3 g h i',
    '4 j k l',
  ]);
});

test('a row may have any number of fields, some of them empty', () => {
  expect(parse('a\n,b\n,,,\n').rows.map(({ fields }) => fields)).toEqual([['a'], ['', 'b'], ['', '', '', '']]);
});

test('a quote in the midst of a field is a character like any other', () => {
  expect(parse('a"1".jpg,b,c\n"d"e,f,g\n').rows.map(({ fields }) => fields[0])).toEqual(['a"1".jpg', '"d"e']);
});

test('a quote that is never closed is reported where it can have been opened at the earliest', () => {
  const { rows, findings } = parse('a,b,c\n"d,e,f\ng,h,i\nj,k,l\n');
  expect(rows).toHaveLength(1);
  expect(findings).toEqual([
    {
      kind: 'rows that are no CSV',
      message: 'a quote is opened here or further down and never closed',
      at: { file: 'label.csv', line: 2 },
      advice: 'Write a field in double quotes as "…", or without any.',
    },
  ]);
});

test('a row knows where its fields stand in their line', () => {
  const { rows, place } = parse(' a.jpg , "coat, long",ny\n');
  const [row] = rows;
  expect([0, 1, 2].map((field) => row && place(row, field))).toEqual([
    { file: 'label.csv', line: 1, column: 2, length: 5 },
    { file: 'label.csv', line: 1, column: 11, length: 10 },
    { file: 'label.csv', line: 1, column: 23, length: 2 },
  ]);
  expect(row && place(row)).toEqual({ file: 'label.csv', line: 1 });
});

test('a quote that is closed in another line has swallowed rows, and the next ones are read', () => {
  const { rows, findings } = parse('a,b,c\r\n"d,e,f\r\ng,h",i,j\r\nk,l,m\r\n');
  expect(rows.map(({ line, fields }) => `${line} ${fields.join(' ')}`)).toEqual(['1 a b c', '4 k l m']);
  expect(findings).toMatchObject([
    { message: 'a quote is opened here and closed in another line', at: { file: 'label.csv', line: 2 } },
  ]);
});
