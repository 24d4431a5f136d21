import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeImage } from '../../../../src/vision/data/images/decode.ts';
import { temporaryFolder, writeFiles } from '../../../support/dataset.ts';
import { unwrap } from '../../../support/result.ts';
import {
  BLUE,
  colourAt,
  cutAt,
  expectNear,
  halves,
  jpeg,
  noise,
  plain,
  png,
  RED,
  SIZE,
  WHITE,
} from './image-makers.ts';

const decode = (bytes: Buffer) =>
  decodeImage(bytes, { width: SIZE, height: SIZE, fit: 'fill', interpolation: 'antialiased' });

test.each([
  [1, 'left'],
  [2, 'right'],
  [3, 'right'],
  [4, 'left'],
  [5, 'top'],
  [6, 'top'],
  [7, 'bottom'],
  [8, 'bottom'],
])('decodeImage applies the EXIF orientation %i: the left side of the file is at the %s', async (orientation, side) => {
  const { pixels } = unwrap(await decode(await png(halves().withMetadata({ orientation }))));
  const places = { left: [2, 8], right: [13, 8], top: [8, 2], bottom: [8, 13] } as const;
  const [x, y] = places[side as keyof typeof places];
  expectNear(colourAt(pixels, x, y), RED);
  expectNear(colourAt(pixels, 15 - x, 15 - y), BLUE);
});

test('decodeImage takes CMYK as inverted, as Adobe writes it, with and without the Adobe marker, as Pillow does', async () => {
  const marked = await plain(WHITE).toColourspace('cmyk').jpeg().toBuffer();
  const marker = marked.indexOf(Buffer.from([0xff, 0xee, 0, 14]));
  expect(marked.subarray(marker + 4, marker + 9).toString()).toBe('Adobe');
  const unmarked = Buffer.concat([marked.subarray(0, marker), marked.subarray(marker + 16)]);
  for (const bytes of [marked, unmarked]) expectNear(colourAt(unwrap(await decode(bytes)).pixels, 8, 8), WHITE);
});

test.each<[string, () => Promise<Buffer>]>([
  ['JPEG', () => jpeg(noise(90, 70))],
  ['progressive JPEG', () => noise(90, 70).jpeg({ progressive: true }).toBuffer()],
  ['PNG', () => png(noise(50, 40))],
  ['interlaced PNG', () => noise(50, 40).png({ progressive: true }).toBuffer()],
  ['WebP', () => noise(90, 70).webp().toBuffer()],
  ['GIF', () => noise(50, 40).gif().toBuffer()],
  ['TIFF', () => noise(50, 40).tiff({ compression: 'lzw' }).toBuffer()],
  ['AVIF', () => noise(90, 70).avif().toBuffer()],
])('decodeImage rejects a %s truncated at any length, unless all pixels are still there', async (_format, make) => {
  const intact = await make();
  const { pixels } = unwrap(await decode(intact));
  const lengths = Array.from({ length: 60 }, (_, cut) =>
    cut < 30 ? intact.length - 1 - cut : Math.floor((intact.length * (cut - 29)) / 32),
  );
  let refused = 0;
  for (const length of lengths) {
    const cut = await decode(intact.subarray(0, length));
    if (cut.ok) expect(Buffer.from(cut.value.pixels)).toEqual(Buffer.from(pixels));
    else refused += 1;
  }
  expect(refused).toBeGreaterThan(40);
});

test('decodeImage gives each of many concurrent failures its own, deterministic reason', async () => {
  const [cutJpeg, cutPng, cutGif] = [
    await cutAt(jpeg(noise()), 0.5),
    await cutAt(png(noise()), 0.5),
    await cutAt(noise().gif().toBuffer(), 0.5),
  ];
  const reasonsOf = () =>
    Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const decoded = await decode([cutJpeg, cutPng, cutGif][index % 3] ?? cutJpeg);
        return decoded.ok ? '' : decoded.failure.map(({ message }) => message).join();
      }),
    );
  const reasons = await reasonsOf();
  expect(new Set(reasons).size).toBe(3);
  expect(await reasonsOf()).toEqual(reasons);
});

test.skipIf(process.getuid?.() === 0)('decodeImage reports a file without read permission', async () => {
  const file = join(temporaryFolder(), '1.jpg');
  writeFileSync(file, await jpeg(halves()));
  chmodSync(file, 0);
  expect(await decodeImage(file, { width: 4, height: 4, fit: 'fill', interpolation: 'antialiased' })).toMatchObject({
    failure: [{ message: 'cannot read the image: permission denied', advice: 'Make it readable (chmod +r).' }],
  });
});

test('decodeImage follows a symbolic link out of the data set', async () => {
  const [outside, dataset] = [temporaryFolder(), temporaryFolder()];
  writeFiles(outside, { '1.jpg': await jpeg(halves()) });
  symlinkSync(join(outside, '1.jpg'), join(dataset, '1.jpg'));
  expect(
    await decodeImage(join(dataset, '1.jpg'), { width: 4, height: 4, fit: 'fill', interpolation: 'antialiased' }),
  ).toMatchObject({ ok: true });
});
