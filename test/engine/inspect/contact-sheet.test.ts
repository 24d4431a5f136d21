import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Binary, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { drawContactSheet } from '../../../src/engine/inspect/contact-sheet.ts';
import { findPictures } from '../../../src/engine/inspect/find-pictures.ts';
import type { Pictures } from '../../../src/engine/inspect/picture.ts';
import { type Canvas, drawText, GLYPH } from '../../../src/engine/inspect/pixel-font.ts';
import { evenlySpread } from '../../../src/shared/files.ts';
import { temporaryFolder, writeFiles } from '../../support/dataset.ts';
import { fileOf } from '../../support/inspect-path.ts';
import { shardsOf } from '../../support/shards.ts';

async function picturesAt(path: string): Promise<Pictures> {
  const pictures = await findPictures(path, 'artifact');
  if (pictures === undefined) throw new Error('no images found');
  return pictures;
}

/** Draws a contact sheet, and returns the color at the center of each thumbnail. */
async function draw(pictures: Pictures) {
  const sheet = await drawContactSheet(pictures, 'a.b', sharp);
  const { data, info } = await sharp(sheet.png).raw().toBuffer({ resolveWithObject: true });
  const colourOf = (position: number) => {
    const x = 16 + (position % 8) * 154 + 72;
    const y = 50 + Math.floor(position / 8) * 171 + 72;
    const at = (y * info.width + x) * info.channels;
    return [...data.subarray(at, at + 3)];
  };
  return { sheet, info, colourOf };
}

const plain = (red: number) =>
  sharp({ create: { width: 30, height: 20, channels: 3, background: { r: red, g: 0, b: 0 } } });

describe('a contact sheet', () => {
  test('a contact sheet shows images evenly spread over all shards', async () => {
    const { sheet, info, colourOf } = await draw(await picturesAt(await shardsOf(200)));
    expect(sheet).toMatchObject({ shown: 48, unreadable: [], width: info.width, height: info.height });
    const shown = evenlySpread(200, 48);
    expect([shown.at(0), shown.at(-1)]).toEqual([0, 199]);
    expect(shown.map((_image, position) => colourOf(position)[0])).toEqual(shown);
  });

  test('a contact sheet shows the images of a binary column, and marks corrupted ones', async () => {
    const images = [
      await plain(200).jpeg().toBuffer(),
      Buffer.from('\xff\xd8\xff no more', 'latin1'),
      await plain(90).png().toBuffer(),
    ];
    const table = new Table({
      image: vectorFromArray(images, new Binary()),
      id: vectorFromArray(['one', 'two', 'three'], new Utf8()),
    });
    const { sheet, colourOf } = await draw(await picturesAt(fileOf('a.arrow', tableToIPC(table, 'stream'))));
    expect(sheet).toMatchObject({ shown: 3, unreadable: ['two'] });
    expect(colourOf(0)[0]).toBeGreaterThan(190);
    expect(colourOf(2)).toEqual([90, 0, 0]);
  });

  test('a contact sheet shows the image files of a directory', async () => {
    const root = temporaryFolder();
    writeFiles(root, {
      'a/1.png': await plain(10).png().toBuffer(),
      'b/2.webp': await plain(250).webp().toBuffer(),
      'c.txt': '',
    });
    const pictures = await picturesAt(root);
    expect([pictures.count, pictures.at(0).label, pictures.at(1).label]).toEqual([2, 'a/1.png', 'b/2.webp']);
    expect((await draw(pictures)).colourOf(0)).toEqual([10, 0, 0]);
  });

  test('a contact sheet omits a corrupted shard', async () => {
    const directory = await shardsOf(9);
    truncateSync(join(directory, 'shard-00001.arrow'), 100);
    expect((await picturesAt(directory)).count).toBe(6);
  });
});

test('an image is labelled by its id or, failing that, its file', async () => {
  const pictures = await picturesAt(await shardsOf(5));
  expect([0, 3, 4].map((index) => pictures.at(index).label)).toEqual(['0.jpg', '3.jpg', '4.jpg']);
});

test('no images are found in tables and files without images', async () => {
  const table = new Table({ text: vectorFromArray(['a'], new Utf8()) });
  expect(await findPictures(fileOf('a.arrow', tableToIPC(table, 'file')), 'a.arrow')).toBeUndefined();
  expect(await findPictures(fileOf('a.txt', 'text'), 'a.txt')).toBeUndefined();
  const directory = await shardsOf(1);
  writeFileSync(join(directory, 'shard-00000.arrow'), readFileSync(join(directory, 'index.json')));
  expect(await findPictures(directory, 'shards')).toBeUndefined();
});

describe('text on a contact sheet', () => {
  const drawn = (text: string) => {
    const [width, height] = [4 * GLYPH.width, GLYPH.height];
    const canvas: Canvas = { width, height, pixels: new Uint8Array(width * height * 3).fill(255) };
    drawText(canvas, text, 0, 0);
    const rows = [...Array(height).keys()].map((y) =>
      [...Array(width).keys()].map((x) => (canvas.pixels[(y * width + x) * 3] === 0 ? '#' : '.')).join(''),
    );
    return rows.filter((row) => row.includes('#'));
  };

  test('text is drawn without any installed font', () => {
    expect(drawn('1Tä')).toEqual([
      '..#...#####.............',
      '.##.....#...............',
      '#.#.....#...............',
      '..#.....#....###........',
      '..#.....#.......#.......',
      '..#.....#....####.......',
      '..#.....#...#...#.......',
      '..#.....#...#..##.......',
      '#####...#....##.#.......',
    ]);
  });

  test('an unsupported character is drawn as a box, and a long text ends at the edge', () => {
    expect(drawn('帽')[0]).toBe('#####...................');
    expect(drawn('mmmmmmmm').every((row) => row.length === 24)).toBe(true);
  });
});
