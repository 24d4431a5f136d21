import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeImage } from '../../../../src/vision/data/images/decode.ts';
import { resizeToShards } from '../../../../src/vision/data/shards/resize-to-shards.ts';
import { openShards } from '../../../../src/vision/data/shards/shards.ts';
import { temporaryFolder, writeFiles } from '../../../support/dataset.ts';
import { unwrap } from '../../../support/result.ts';

const RED = { r: 200, g: 30, b: 40 };
const BLUE = { r: 20, g: 40, b: 210 };
const WHITE = { r: 255, g: 255, b: 255 };
const SIZE = 16;

type Colour = typeof RED;
/** Colours near the left and right edge of what came out, or why it was put aside. */
type Verdict = readonly [Colour, Colour] | RegExp;

const plain = (colour: object, width = 64, height = 64): Sharp =>
  sharp({ create: { width, height, channels: 'alpha' in colour ? 4 : 3, background: colour } });
/** Red on the left, blue on the right. */
const halves = (): Sharp =>
  plain(BLUE).composite([
    { input: { create: { width: 32, height: 64, channels: 3, background: RED } }, left: 0, top: 0 },
  ]);
/** The same every time, and with as much detail as can be. */
function noise(width = 200, height = 200): Sharp {
  const random = xoroshiro128plus(7);
  const pixels = Uint8Array.from({ length: width * height * 3 }, () => uniformInt(random, 0, 255));
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}
const jpeg = (image: Sharp) => image.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
const png = (image: Sharp) => image.png().toBuffer();
const cutAt = async (image: Promise<Buffer>, share: number) => {
  const bytes = await image;
  return bytes.subarray(0, Math.floor(bytes.length * share));
};
const twoFrames = async (): Promise<Sharp> =>
  sharp(await Promise.all([png(plain(RED)), png(plain(BLUE))]), { join: { animated: true } });

/** A chunk of a PNG. */
function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** A PNG that claims to have so many grey pixels, of which it has the first few. */
function bomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(8, 8);
  const data = deflateSync(Buffer.alloc(1 << 20));
  return Buffer.concat([PNG_SIGNATURE, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

/** A segment laid into a JPEG behind its first marker. */
async function withSegment(image: Promise<Buffer>, marker: number, content: Buffer): Promise<Buffer> {
  const bytes = await image;
  const head = Buffer.from([0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255]);
  return Buffer.concat([bytes.subarray(0, 2), head, content, bytes.subarray(2)]);
}

const isoFile = (brand: string) =>
  Buffer.concat([
    Buffer.from([0, 0, 0, 24]),
    Buffer.from(`ftyp${brand}`),
    Buffer.alloc(4),
    Buffer.from(`${brand}mif2`),
    Buffer.alloc(64),
  ]);

const CASES: readonly (readonly [string, () => Promise<Buffer | string> | Buffer | string, Verdict])[] = [
  ['whole.jpg', () => jpeg(halves()), [RED, BLUE]],
  ['whole.png', () => png(halves()), [RED, BLUE]],
  ['whole.webp', () => halves().webp({ lossless: true }).toBuffer(), [RED, BLUE]],
  ['whole.gif', () => halves().gif().toBuffer(), [RED, BLUE]],
  ['whole.tiff', () => halves().tiff().toBuffer(), [RED, BLUE]],
  ['whole.avif', () => halves().avif({ quality: 90 }).toBuffer(), [RED, BLUE]],
  ['png-called.jpg', () => png(halves()), [RED, BLUE]],
  ['jpeg-called.png', () => jpeg(halves()), [RED, BLUE]],
  ['webp-called.jpg', () => halves().webp({ lossless: true }).toBuffer(), [RED, BLUE]],
  ['one-pixel.png', () => png(plain(RED, 1, 1)), [RED, RED]],
  ['one-pixel.jpg', () => jpeg(plain(RED, 1, 1)), [RED, RED]],
  ['wide.png', () => png(plain(RED, 20_000, 1)), [RED, RED]],
  ['tall.png', () => png(plain(RED, 1, 20_000)), [RED, RED]],
  ['wide.jpg', () => jpeg(plain(RED, 20_000, 1)), [RED, RED]],
  [
    'progressive.jpg',
    () => halves().jpeg({ progressive: true, quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(),
    [RED, BLUE],
  ],
  ['interlaced.png', () => halves().png({ progressive: true }).toBuffer(), [RED, BLUE]],
  ['cmyk.jpg', () => plain({ r: 255, g: 255, b: 255 }).toColourspace('cmyk').jpeg().toBuffer(), [WHITE, WHITE]],
  [
    'grey.jpg',
    () => plain({ r: 90, g: 90, b: 90 }).greyscale().jpeg().toBuffer(),
    [
      { r: 90, g: 90, b: 90 },
      { r: 90, g: 90, b: 90 },
    ],
  ],
  ['sixteen-bit.png', () => png(halves().toColourspace('rgb16')), [RED, BLUE]],
  ['grey-alpha.png', () => png(plain({ r: 9, g: 9, b: 9, alpha: 0 }).toColourspace('b-w')), [WHITE, WHITE]],
  [
    'transparent-palette.png',
    () =>
      plain({ ...RED, alpha: 0 })
        .png({ palette: true })
        .toBuffer(),
    [WHITE, WHITE],
  ],
  ['animated.gif', async () => (await twoFrames()).gif().toBuffer(), [RED, RED]],
  ['animated.webp', async () => (await twoFrames()).webp({ lossless: true }).toBuffer(), [RED, RED]],
  ['garbage-behind.jpg', async () => Buffer.concat([await jpeg(halves()), Buffer.alloc(5000, 7)]), [RED, BLUE]],
  ['garbage-behind.png', async () => Buffer.concat([await png(halves()), Buffer.alloc(5000, 7)]), [RED, BLUE]],
  [
    'bad-exif.jpg',
    () => withSegment(jpeg(halves()), 0xe1, Buffer.concat([Buffer.from('Exif\0\0II*\0'), Buffer.alloc(40, 0xff)])),
    [RED, BLUE],
  ],
  ['cut-exif.jpg', () => withSegment(jpeg(halves()), 0xe1, Buffer.from('Exif\0\0MM')), [RED, BLUE]],
  [
    'orientation-9.jpg',
    () =>
      halves()
        .withMetadata({ orientation: 1 })
        .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
        .toBuffer()
        .then((bytes) => {
          const at = bytes.indexOf(Buffer.from([0x12, 0x01, 3, 0, 1, 0, 0, 0]));
          bytes.writeUInt8(9, at + 8);
          return bytes;
        }),
    [RED, BLUE],
  ],
  [
    'bad-profile.jpg',
    () =>
      withSegment(jpeg(halves()), 0xe2, Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01'), Buffer.alloc(300, 0xab)])),
    [RED, BLUE],
  ],
  [
    'bad-profile.png',
    async () => {
      const whole = await png(halves());
      const profile = chunk('iCCP', Buffer.concat([Buffer.from('x\0\0'), deflateSync(Buffer.alloc(300, 0xab))]));
      return Buffer.concat([whole.subarray(0, 33), profile, whole.subarray(33)]);
    },
    [RED, BLUE],
  ],
  ['large-interlaced.png', () => plain(RED, 5000, 5000).png({ progressive: true }).toBuffer(), [RED, RED]],
  [
    'large-progressive.jpg',
    () => plain(RED, 6000, 4000).jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(),
    [RED, RED],
  ],
  ['empty.jpg', () => '', /^cannot read the image: it is empty$/],
  ['cut-in-header.jpg', () => cutAt(jpeg(noise()), 0.005), /premature end/],
  ['cut-early.jpg', () => cutAt(jpeg(noise()), 0.1), /premature end/],
  ['cut-half.jpg', () => cutAt(jpeg(noise()), 0.5), /premature end/],
  ['cut-late.jpg', () => cutAt(jpeg(noise()), 0.95), /premature end/],
  ['cut-progressive.jpg', () => cutAt(noise().jpeg({ progressive: true }).toBuffer(), 0.6), /premature end/],
  ['only-start.jpg', () => Buffer.from('ffd8ffe0', 'hex'), /: its beginning is damaged: .*premature end/],
  ['cut-header.png', () => cutAt(png(noise()), 0.0002), /: its beginning is damaged/],
  ['cut-half.png', () => cutAt(png(noise()), 0.5), /libpng read error/],
  ['cut-late.png', () => cutAt(png(noise()), 0.99), /libpng read error/],
  ['cut-half.webp', () => cutAt(noise().webp().toBuffer(), 0.5), /unable to parse image/],
  ['cut-late.webp', () => cutAt(noise().webp().toBuffer(), 0.95), /unable to parse image/],
  ['cut-half.gif', () => cutAt(noise().gif().toBuffer(), 0.5), /Unexpected end of GIF source data/],
  ['cut-late.gif', () => cutAt(noise().gif().toBuffer(), 0.95), /Unexpected end of GIF source data/],
  ['cut-half.tiff', () => cutAt(noise().tiff({ compression: 'none' }).toBuffer(), 0.5), /: its beginning is damaged$/],
  ['cut-half.avif', () => cutAt(noise().avif().toBuffer(), 0.5), /bad seek/],
  [
    'flipped.png',
    async () => {
      const bytes = Buffer.from(await png(noise()));
      bytes.writeUInt8(bytes.readUInt8(2000) ^ 255, 2000);
      return bytes;
    },
    /libpng read error/,
  ],
  ['damaged-inside.jpg', async () => Buffer.from(await jpeg(noise())).fill(0xff, 9000, 9100), /Corrupt JPEG data/],
  [
    'bomb.png',
    () => bomb(50_000, 50_000),
    /: it claims to have 50000×50000 pixels, and no more than 134217728 are decoded$/,
  ],
  ['largest-bomb.png', () => bomb(2 ** 31 - 1, 2 ** 31 - 1), /: its beginning is damaged/],
  ['claims-much.png', () => bomb(11_000, 11_000), /libpng read error/],
  ['text.jpg', () => 'This is not an image.\n', /: it is a text$/],
  ['page.jpg', () => '<!DOCTYPE html><html><body>404</body></html>', /: it is a web page$/],
  ['document.jpg', () => '%PDF-1.7\n%âãÏÓ\n1 0 obj\n', /: it is a PDF document$/],
  [
    'drawing.svg',
    () => '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>',
    /: it is an SVG drawing: save it as PNG$/,
  ],
  [
    'drawing-called.jpg',
    () =>
      '<?xml version="1.0"?>\n<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<svg xmlns="http://www.w3.org/2000/svg">&x;</svg>',
    /: it is an SVG drawing: save it as PNG$/,
  ],
  ['photograph.heic', () => isoFile('heic'), /: it is a HEIC photograph: save it as JPEG$/],
  ['video.jpg', () => isoFile('isom'), /: it is a video$/],
  ['brand-only.avif', () => isoFile('avif'), /: its beginning is damaged: /],
  ['bitmap.bmp', () => Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)]), /: it is a BMP: save it as PNG$/],
  ['archive.jpg', () => Buffer.from('PK\x03\x04rest'), /: it is a ZIP archive$/],
  [
    'pointer.jpg',
    () => 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n',
    /: it is a pointer of Git LFS: fetch the file itself \(git lfs pull\)$/,
  ],
  [
    'random.jpg',
    () => Buffer.from(Array.from({ length: 4000 }, (_, at) => (at * at * 31 + 7) & 255)),
    /: it is no image in a format that is known$/,
  ],
  ['zeros.jpg', () => Buffer.alloc(10_000), /: it is no image in a format that is known$/],
];

/** What no image's bytes are, but the file system's. */
const PLACES: readonly (readonly [string, (path: string) => void, Verdict])[] = [
  ['folder.jpg', (path) => mkdirSync(path), /^cannot read the image: it is not a file$/],
  ['pipe.jpg', (path) => void execFileSync('mkfifo', [path]), /^cannot read the image: it is not a file$/],
  ['device.jpg', (path) => symlinkSync('/dev/zero', path), /^cannot read the image: it is not a file$/],
  ['loop.jpg', (path) => symlinkSync(path, path), /^cannot read the image: it is a link that leads back to itself$/],
  [
    'link-to-nothing.jpg',
    (path) => symlinkSync('/nowhere/1.jpg', path),
    /^cannot read the image: there is no such file or folder$/,
  ],
  [
    'huge.jpg',
    (path) => makeHuge(path),
    /^cannot read the image: it has 300000000 bytes, and no image has more than 268435456$/,
  ],
];

function makeHuge(path: string): void {
  writeFileSync(path, '');
  truncateSync(path, 300_000_000);
}

describe('a folder of hostile images', () => {
  const all = [
    ...CASES.map(([name, , verdict]) => [name, verdict] as const),
    ...PLACES.map(([name, , verdict]) => [name, verdict] as const),
  ];
  let colours: ReadonlyMap<string, readonly [Colour, Colour]>;
  let reasons: ReadonlyMap<string, string>;
  let grown: number;
  const cleanUps: (() => void)[] = [];

  beforeAll(async () => {
    const folder = () => temporaryFolder((cleanUp) => void cleanUps.push(cleanUp));
    const dataset = folder();
    for (const [name, make] of CASES) writeFiles(dataset, { [name]: await make() });
    for (const [name, make] of PLACES) make(join(dataset, name));
    const before = process.resourceUsage().maxRSS;
    const directory = join(folder(), 'shards');
    unwrap(
      await resizeToShards(directory, {
        root: dataset,
        files: all.map(([name]) => name),
        size: SIZE,
        fit: 'fill',
        imagesPerShard: 10,
        batch: 4,
        onBadImage: 'quarantine',
        work: folder(),
        signal: new AbortController().signal,
        onProgress: () => undefined,
      }),
    );
    grown = process.resourceUsage().maxRSS - before;
    const shards = unwrap(await openShards(directory));
    reasons = shards.quarantined;
    const found = new Map<string, readonly [Colour, Colour]>();
    for (const [name] of all) {
      const row = shards.rowOf(name);
      if (row === undefined) continue;
      const pixels = new Uint8Array(SIZE * SIZE * 3);
      unwrap(await shards.readRows([row], pixels));
      found.set(name, [colourAt(pixels, 2, 8), colourAt(pixels, 13, 8)]);
    }
    colours = found;
    await shards.close();
    return () => {
      for (const cleanUp of cleanUps) cleanUp();
    };
  });

  test('has at least forty kinds of them', () => {
    expect(all.length).toBeGreaterThan(60);
  });

  test.each(all)('%s has its verdict', (name, verdict) => {
    if (verdict instanceof RegExp) {
      expect(reasons.get(name)).toMatch(verdict);
      expect(colours.get(name), 'it is in no shard').toBeUndefined();
      return;
    }
    expect(reasons.get(name), 'it is not put aside').toBeUndefined();
    for (const [side, colour] of verdict.entries()) expectNear(colours.get(name)?.[side], colour);
  });

  test('takes little memory, whatever they claim', () => {
    expect(grown).toBeLessThan(600_000);
  });
});

function colourAt(pixels: Uint8Array, x: number, y: number): Colour {
  const [r = 0, g = 0, b = 0] = pixels.subarray((y * SIZE + x) * 3);
  return { r, g, b };
}

function expectNear(found: Colour | undefined, { r, g, b }: Colour): void {
  const apart = found && Math.max(Math.abs(found.r - r), Math.abs(found.g - g), Math.abs(found.b - b));
  expect(apart, `${JSON.stringify(found)} is not ${[r, g, b]}`).toBeLessThanOrEqual(4);
}

const decode = (bytes: Buffer) => decodeImage(bytes, { width: SIZE, height: SIZE, fit: 'fill' });

test.each([
  [1, 'left'],
  [2, 'right'],
  [3, 'right'],
  [4, 'left'],
  [5, 'top'],
  [6, 'top'],
  [7, 'bottom'],
  [8, 'bottom'],
])('EXIF orientation %i has what was left at the %s', async (orientation, side) => {
  const { pixels } = unwrap(await decode(await png(halves().withMetadata({ orientation }))));
  const places = { left: [2, 8], right: [13, 8], top: [8, 2], bottom: [8, 13] } as const;
  const [x, y] = places[side as keyof typeof places];
  expectNear(colourAt(pixels, x, y), RED);
  expectNear(colourAt(pixels, 15 - x, 15 - y), BLUE);
});

test('CMYK is taken as Adobe writes it, inverted, with its marker or without: so does Pillow', async () => {
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
])('a %s that is cut anywhere is refused, or lacks nothing of the picture', async (_format, make) => {
  const whole = await make();
  const { pixels } = unwrap(await decode(whole));
  const lengths = Array.from({ length: 60 }, (_, cut) =>
    cut < 30 ? whole.length - 1 - cut : Math.floor((whole.length * (cut - 29)) / 32),
  );
  let refused = 0;
  for (const length of lengths) {
    const cut = await decode(whole.subarray(0, length));
    if (cut.ok) expect(Buffer.from(cut.value.pixels)).toEqual(Buffer.from(pixels));
    else refused += 1;
  }
  expect(refused).toBeGreaterThan(40);
});

test('of many that fail at once each has its own reason, every time', async () => {
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

test.skipIf(process.getuid?.() === 0)('a file that may not be read says so', async () => {
  const file = join(temporaryFolder(), '1.jpg');
  writeFileSync(file, await jpeg(halves()));
  chmodSync(file, 0);
  expect(await decodeImage(file, { width: 4, height: 4, fit: 'fill' })).toMatchObject({
    failure: [{ message: 'cannot read the image: it may not be read', advice: 'Change its permissions (chmod +r).' }],
  });
});

test('a link that leads out of the data set is followed', async () => {
  const [outside, dataset] = [temporaryFolder(), temporaryFolder()];
  writeFiles(outside, { '1.jpg': await jpeg(halves()) });
  symlinkSync(join(outside, '1.jpg'), join(dataset, '1.jpg'));
  expect(await decodeImage(join(dataset, '1.jpg'), { width: 4, height: 4, fit: 'fill' })).toMatchObject({ ok: true });
});
