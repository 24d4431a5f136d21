import { expect, test } from 'vitest';
import { parseCsv } from '../../../../src/vision/data/labels/csv.ts';

const parse = (text: string) => parseCsv({ path: 'label.csv', text, findings: [] });

test('parseCsv returns the fields and the line number of each row', () => {
  expect(parse('a.jpg,coat_length_labels,ny\nb.jpg,coat_length_labels,yn\n')).toMatchObject({
    rows: [
      { line: 1, fields: ['a.jpg', 'coat_length_labels', 'ny'] },
      { line: 2, fields: ['b.jpg', 'coat_length_labels', 'yn'] },
    ],
    findings: [],
  });
});

test('parseCsv accepts a byte order mark, Windows line ends, quotes, spaces and blank lines', () => {
  const { rows, findings } = parse('\uFEFF"a, 1.jpg", coat ,ny\r\n\r\n   \r\n b.jpg ,coat,yn');
  expect(findings).toEqual([]);
  expect(rows).toEqual([
    { line: 1, fields: ['a, 1.jpg', 'coat', 'ny'] },
    { line: 4, fields: ['b.jpg', 'coat', 'yn'] },
  ]);
});

test('parseCsv accepts mixed line ends', () => {
  const { rows } = parse('a,b,c\nd,e,f\r\ng,h,i\r\nj,k,l\n');
  expect(rows.map(({ line, fields }) => `${line} ${fields.join(' ')}`)).toEqual([
    '1 a b c',
    '2 d e f',
    '3 g h i',
    '4 j k l',
  ]);
});

test('parseCsv accepts any number of fields in a row, empty ones included', () => {
  expect(parse('a\n,b\n,,,\n').rows.map(({ fields }) => fields)).toEqual([['a'], ['', 'b'], ['', '', '', '']]);
});

test('parseCsv takes a quote within a field literally', () => {
  expect(parse('a"1".jpg,b,c\n"d"e,f,g\n').rows.map(({ fields }) => fields[0])).toEqual(['a"1".jpg', '"d"e']);
});

test('parseCsv reports an unclosed quote at the first line where it may have been opened', () => {
  const { rows, findings } = parse('a,b,c\n"d,e,f\ng,h,i\nj,k,l\n');
  expect(rows).toHaveLength(1);
  expect(findings).toEqual([
    {
      kind: 'rows that are not valid CSV',
      message: 'a quoted field starts here or below and is never closed',
      at: { file: 'label.csv', line: 2 },
      advice: 'Quote the whole field as "…", or remove the quote.',
    },
  ]);
});

test('parseCsv returns the column and the length of each field', () => {
  const { rows, place } = parse(' a.jpg , "coat, long",ny\n');
  const [row] = rows;
  expect([0, 1, 2].map((field) => row && place(row, field))).toEqual([
    { file: 'label.csv', line: 1, column: 2, length: 5 },
    { file: 'label.csv', line: 1, column: 11, length: 10 },
    { file: 'label.csv', line: 1, column: 23, length: 2 },
  ]);
  expect(row && place(row)).toEqual({ file: 'label.csv', line: 1 });
});

test('parseCsv reports a quoted field that spans lines and reads the following rows', () => {
  const { rows, findings } = parse('a,b,c\r\n"d,e,f\r\ng,h",i,j\r\nk,l,m\r\n');
  expect(rows.map(({ line, fields }) => `${line} ${fields.join(' ')}`)).toEqual(['1 a b c', '4 k l m']);
  expect(findings).toMatchObject([
    { message: 'a quoted field starts here and is closed on another line', at: { file: 'label.csv', line: 2 } },
  ]);
});
