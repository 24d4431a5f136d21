import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import sharp from 'sharp';
import { describe, expect, test, vi } from 'vitest';
import { decodeImage } from '../../../../src/vision/data/images/decode.ts';
import { readJpegHeader } from '../../../../src/vision/data/images/jpeg-header.ts';
import { isSoak } from '../../../support/soak.ts';
import { cutAt, jpeg, noise, plain, png, RED } from './image-makers.ts';

const MUTATIONS = isSoak ? 5_000 : 500;
const OPTIONS = { width: 8, height: 8, fit: 'fill', interpolation: 'antialiased' } as const;

const START_OF_SCAN = Buffer.from([0xff, 0xda]);
/** Tag 274 of type SHORT with one value, in the order of bytes that libvips writes. */
const ORIENTATION = Buffer.from('1201030001000000', 'hex');

/** Returns the header as the decoder reads it. */
async function decoderHeader(bytes: Buffer) {
  const { autoOrient: size, channels, depth } = await sharp(bytes).metadata();
  return { size, channels, bytesPerChannel: depth === 'uchar' ? 1 : 2 };
}

const photograph = () => noise(60, 40);
const turned = (orientation: number) => jpeg(photograph().withMetadata({ orientation }));

describe('readJpegHeader', () => {
  test.each<[string, () => Promise<Buffer>]>([
    ['a baseline JPEG', () => photograph().jpeg({ chromaSubsampling: '4:2:0' }).toBuffer()],
    ['a progressive JPEG', () => photograph().jpeg({ progressive: true }).toBuffer()],
    ['a grey JPEG', () => photograph().greyscale().jpeg().toBuffer()],
    ['a JPEG with a colour profile', () => photograph().withIccProfile('p3').jpeg().toBuffer()],
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((orientation): [string, () => Promise<Buffer>] => [
      `a JPEG with the EXIF orientation ${orientation}`,
      () => turned(orientation),
    ]),
  ])('reads from %s what the decoder reads', async (_name, make) => {
    const bytes = await make();
    expect(readJpegHeader(bytes)).toEqual(await decoderHeader(bytes));
  });

  test.each<[string, () => Promise<Buffer>]>([
    ['of a PNG', () => png(photograph())],
    ['of a JPEG in CMYK', () => jpeg(photograph().toColourspace('cmyk'))],
    [
      'of a JPEG that is followed by other pictures, such as a gain map',
      async () => withSegment(await turned(1), 'MPF\0'),
    ],
    ['of a JPEG with an orientation that does not exist', async () => replaceOrientation(await turned(8), 9)],
    ['of an empty file', async () => Buffer.alloc(0)],
  ])('leaves the header %s to the decoder', async (_name, make) => {
    expect(readJpegHeader(await make())).toBeUndefined();
  });

  test('leaves a header that is truncated anywhere to the decoder', async () => {
    const whole = await turned(6);
    const length = whole.indexOf(START_OF_SCAN);
    expect(length).toBeGreaterThan(0);
    for (let end = 0; end < length; end += 1) expect(readJpegHeader(whole.subarray(0, end))).toBeUndefined();
  });

  test('agrees with the decoder about an EXIF orientation of any type, or leaves it to the decoder', async () => {
    const whole = await turned(6);
    const type = whole.indexOf(ORIENTATION) + 2;
    for (let value = 0; value < 256; value += 1) {
      const bytes = Buffer.from(whole);
      bytes[type] = value;
      const decoders = await decoderHeader(bytes);
      expect({ value, ...(readJpegHeader(bytes) ?? decoders) }).toEqual({ value, ...decoders });
    }
  });

  test('agrees with the decoder about each corrupted header that the decoder accepts', async () => {
    const random = xoroshiro128plus(18);
    const whole = await turned(6);
    const header = whole.indexOf(START_OF_SCAN);
    let decoded = 0;
    for (let round = 0; round < MUTATIONS; round += 1) {
      const bytes = Buffer.from(whole);
      bytes[uniformInt(random, 2, header - 1)] = uniformInt(random, 0, 255);
      const known = readJpegHeader(bytes);
      const image = known && (await decodeImage(bytes, OPTIONS));
      if (!image?.ok) continue;
      decoded += 1;
      expect({ round, ...known }).toEqual({ round, ...(await decoderHeader(bytes)) });
    }
    expect(decoded).toBeGreaterThan(MUTATIONS / 10);
  });
});

test('decodeImage asks the decoder for the header of a PNG, but not for that of a JPEG unless it is broken', async () => {
  const metadata = vi.spyOn(sharp.prototype, 'metadata');
  const decode = async (bytes: Buffer) => {
    metadata.mockClear();
    const { ok } = await decodeImage(bytes, OPTIONS);
    return { ok, asked: metadata.mock.calls.length };
  };
  expect(await decode(await jpeg(plain(RED)))).toEqual({ ok: true, asked: 0 });
  expect(await decode(await png(plain(RED)))).toEqual({ ok: true, asked: 1 });
  expect(await decode(await cutAt(jpeg(noise()), 0.5))).toEqual({ ok: false, asked: 1 });
  metadata.mockRestore();
});

/** Inserts a segment APP2 at the start. */
function withSegment(bytes: Buffer, content: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(2 + content.length);
  return Buffer.concat([
    bytes.subarray(0, 2),
    Buffer.from('ffe2', 'hex'),
    length,
    Buffer.from(content),
    bytes.subarray(2),
  ]);
}

function replaceOrientation(bytes: Buffer, orientation: number): Buffer {
  const result = Buffer.from(bytes);
  result[result.indexOf(ORIENTATION) + 8] = orientation;
  return result;
}
