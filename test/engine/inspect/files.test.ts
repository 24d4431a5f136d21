import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../../support/dataset.ts';
import { fileOf, inspectPath } from '../../support/inspect-path.ts';

const colour = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: '#c04' } });

describe('inspecting a CSV file', () => {
  test('shows the columns, the number of rows and the first rows', async () => {
    const { lines } = await inspectPath(fileOf('a.csv', 'name,size\n"Coat, long",12\n帽子,3\n'));
    expect(lines).toEqual([
      'CSV, 2 rows of 2 columns, 35 B',
      '  name        size',
      '  Coat, long    12',
      '  帽子           3',
    ]);
  });

  test('numbers the columns if the first line is data', async () => {
    const { lines } = await inspectPath(fileOf('a.csv', 'Images/1.jpg,coat,nny\nImages/2.jpg,coat,yn\n'));
    expect(lines[0]).toBe('CSV, 2 rows of 3 columns, 43 B');
    expect(lines[1]).toBe('  1             2     3');
    expect(lines.at(-1)).toBe('  (the first line is not a header)');
  });

  test.each([
    ['a,b\n1,2\n3,4', 2],
    ['a,b\r\n1,2\r\n\r\n3,4\r\n', 2],
    ['a,b\n"one\ntwo","he said ""no"""\n', 1],
    ['', 0],
    ['a;b\n1;2\n', 1],
  ])('counts the records of %j', async (text, rows) => {
    expect((await inspectPath(fileOf('a.csv', text))).content).toMatchObject({ kind: 'csv', rows });
  });

  test('counts the rows of a file of any size, and shows the first ones', async () => {
    const text = `name,n\n${Array.from({ length: 100_000 }, (_, index) => `row ${index},${index}\n`).join('')}`;
    const { content } = await inspectPath(fileOf('a.csv', text));
    expect(content).toMatchObject({ rows: 100_000, columns: ['name', 'n'], first: { length: 5 } });
  });
});

describe('inspecting a JSON file', () => {
  test('puts on a line as much as fits', async () => {
    const value = {
      words: 3,
      matrix: [
        [1, 2],
        [3, 4],
      ],
      long: Array(200).fill(7),
      empty: {},
    };
    const { lines } = await inspectPath(fileOf('a.json', JSON.stringify(value)));
    expect(lines).toEqual([
      'JSON, 454 B, 4 keys',
      '  {',
      '    "words": 3,',
      '    "matrix": [[1, 2], [3, 4]],',
      '    "long": [',
      '      7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, … 188 more',
      '    ],',
      '    "empty": {}',
      '  }',
    ]);
  });

  test('formats JSON of any depth', async () => {
    const { lines } = await inspectPath(fileOf('a.json', '['.repeat(5000) + ']'.repeat(5000)));
    expect(lines.length).toBeLessThan(100);
  });

  test('shows invalid JSON as text', async () => {
    const { lines } = await inspectPath(fileOf('a.json', '{"a": [1,2'));
    expect(lines).toEqual(['invalid JSON, shown as text, 1 line, 10 B', '  {"a": [1,2']);
  });

  test('recognizes JSON without its extension', async () => {
    expect((await inspectPath(fileOf('a', ' [1, 2]'))).content).toMatchObject({
      kind: 'json',
      shape: 'array',
      entries: 2,
    });
  });
});

test('a text file is shown by its number of lines and its first lines', async () => {
  const text = Array.from({ length: 30 }, (_, index) => `line ${index} ${'é'.repeat(90)}`).join('\n');
  const { lines } = await inspectPath(fileOf('log.txt', text));
  expect(lines).toHaveLength(12);
  expect(lines[0]).toMatch(/^text, 30 lines, /);
  expect(lines[1]).toHaveLength(60);
  expect(lines.at(-1)).toBe('  … 20 more lines');
});

test('a NumPy array is shown by its header, and an unknown file by its size', async () => {
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }".padEnd(117, ' ');
  const npy = Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'),
    Buffer.from(`${header}\n`),
    Buffer.alloc(48),
  ]);
  expect((await inspectPath(fileOf('a.npy', npy))).lines).toEqual(['NumPy array <f4 [3, 4], 176 B']);
  expect((await inspectPath(fileOf('a.bin', Uint8Array.of(1, 0, 2)))).lines).toEqual(['binary, 3 B']);
  expect((await inspectPath(fileOf('a.txt', Uint8Array.of(0xc3, 0x28)))).lines).toEqual(['binary, 2 B']);
});

describe('inspecting images', () => {
  test('shows the format and the size of a single image', async () => {
    const { lines } = await inspectPath(fileOf('photo', await colour(40, 30).webp().toBuffer()));
    expect(lines[0]).toMatch(/^WebP image, 40 × 30 pixels, \d+ B$/);
  });

  test('shows the formats and sizes of a directory of images, and which are corrupted', async () => {
    const root = temporaryFolder();
    writeFiles(root, {
      'red/1.jpg': await colour(40, 30).jpeg().toBuffer(),
      'red/2.jpg': await colour(60, 30).jpeg().toBuffer(),
      'blue/3.png': await colour(50, 30).png().toBuffer(),
      'blue/4.jpg': 'not an image',
      'README.md': '',
    });
    const { lines } = await inspectPath(root);
    expect(lines[0]).toMatch(/^4 images, .*: 3 JPEG, 1 PNG$/);
    expect(lines).toContain('  width 40 to 60 (median 50), height 30 pixels');
    expect(lines).toContain('✗ blue/4.jpg cannot be read as an image');
    expect(lines).toContain('  3 .jpg, 1 .md, 1 .png');
  });
});

describe('inspecting a directory', () => {
  test('shows a tree with sizes', async () => {
    const root = temporaryFolder();
    writeFiles(root, { 'a/b/deep.bin': Buffer.alloc(5000), 'a/x.txt': 'x', 'z.json': '{}' });
    for (let index = 0; index < 15; index += 1) writeFiles(root, { [`many/${index}.txt`]: 'text' });
    const { lines } = await inspectPath(root);
    expect(lines).toEqual([
      'directory, 18 files, 5.1 kB',
      '  16 .txt, 1 .bin, 1 .json',
      '  a/           5.0 kB  2 files',
      '    b/         5.0 kB  1 file',
      '    x.txt         1 B',
      '  many/          60 B  15 files',
      ...['0', '1', '10', '11', '12', '13', '14', '2', '3', '4'].map(
        (name) => `    ${`${name}.txt`.padEnd(9)}     4 B`,
      ),
      '    … 5 more     20 B',
      '  z.json          2 B',
    ]);
    expect((await inspectPath(root, { full: true })).lines).toContain('      deep.bin   5.0 kB');
  });

  test('does not follow cyclic or dangling links', async () => {
    const root = temporaryFolder();
    writeFiles(root, { 'a/x.txt': 'x' });
    symlinkSync(root, join(root, 'a/again'));
    symlinkSync('nowhere', join(root, 'broken'));
    expect((await inspectPath(root)).lines[0]).toBe('directory, 1 file, 1 B');
  });
});
