import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { BLUE, type Colour, cutAt, halves, jpeg, noise, plain, png, RED, WHITE } from './image-makers.ts';

/** The colours near the left and right edge of the decoded image, or the reason why it is quarantined. */
type Expected = readonly [Colour, Colour] | RegExp;
const twoFrames = async (): Promise<Sharp> =>
  sharp(await Promise.all([png(plain(RED)), png(plain(BLUE))]), { join: { animated: true } });

/** Returns a chunk of a PNG. */
function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** Returns a PNG that declares this many grey pixels and contains only the first few. */
function bomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(8, 8);
  const data = deflateSync(Buffer.alloc(1 << 20));
  return Buffer.concat([PNG_SIGNATURE, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

/** Inserts a segment into a JPEG after its first marker. */
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

export const CASES: readonly (readonly [string, () => Promise<Buffer | string> | Buffer | string, Expected])[] = [
  ['intact.jpg', () => jpeg(halves()), [RED, BLUE]],
  ['intact.png', () => png(halves()), [RED, BLUE]],
  ['intact.webp', () => halves().webp({ lossless: true }).toBuffer(), [RED, BLUE]],
  ['intact.gif', () => halves().gif().toBuffer(), [RED, BLUE]],
  ['intact.tiff', () => halves().tiff().toBuffer(), [RED, BLUE]],
  ['intact.avif', () => halves().avif({ quality: 90 }).toBuffer(), [RED, BLUE]],
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
      const intact = await png(halves());
      const profile = chunk('iCCP', Buffer.concat([Buffer.from('x\0\0'), deflateSync(Buffer.alloc(300, 0xab))]));
      return Buffer.concat([intact.subarray(0, 33), profile, intact.subarray(33)]);
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
  ['only-start.jpg', () => Buffer.from('ffd8ffe0', 'hex'), /: its header is corrupted: .*premature end/],
  ['cut-header.png', () => cutAt(png(noise()), 0.0002), /: its header is corrupted/],
  ['cut-half.png', () => cutAt(png(noise()), 0.5), /libpng read error/],
  ['cut-late.png', () => cutAt(png(noise()), 0.99), /libpng read error/],
  ['cut-half.webp', () => cutAt(noise().webp().toBuffer(), 0.5), /unable to parse image/],
  ['cut-late.webp', () => cutAt(noise().webp().toBuffer(), 0.95), /unable to parse image/],
  ['cut-half.gif', () => cutAt(noise().gif().toBuffer(), 0.5), /Unexpected end of GIF source data/],
  ['cut-late.gif', () => cutAt(noise().gif().toBuffer(), 0.95), /Unexpected end of GIF source data/],
  ['cut-half.tiff', () => cutAt(noise().tiff({ compression: 'none' }).toBuffer(), 0.5), /: its header is corrupted$/],
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
  ['bomb.png', () => bomb(50_000, 50_000), /: its header declares 50000×50000 pixels; at most 134217728 are decoded$/],
  ['largest-bomb.png', () => bomb(2 ** 31 - 1, 2 ** 31 - 1), /: its header is corrupted/],
  ['claims-much.png', () => bomb(11_000, 11_000), /libpng read error/],
  ['text.jpg', () => 'This is not an image.\n', /: it is a text file$/],
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
  ['brand-only.avif', () => isoFile('avif'), /: its header is corrupted: /],
  ['bitmap.bmp', () => Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)]), /: it is a BMP image: save it as PNG$/],
  ['archive.jpg', () => Buffer.from('PK\x03\x04rest'), /: it is a ZIP archive$/],
  [
    'pointer.jpg',
    () => 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n',
    /: it is a Git LFS pointer: fetch the file itself \(git lfs pull\)$/,
  ],
  [
    'random.jpg',
    () => Buffer.from(Array.from({ length: 4000 }, (_, at) => (at * at * 31 + 7) & 255)),
    /: it is not in a known image format$/,
  ],
  ['zeros.jpg', () => Buffer.alloc(10_000), /: it is not in a known image format$/],
];

/** Cases that the file system makes, not the content of a file. */
export const PLACES: readonly (readonly [string, (path: string) => void, Expected])[] = [
  ['folder.jpg', (path) => mkdirSync(path), /^cannot read the image: it is a folder$/],
  [
    'pipe.jpg',
    (path) => void execFileSync('mkfifo', [path]),
    /^cannot read the image: it is a named pipe, not a regular file$/,
  ],
  [
    'device.jpg',
    (path) => symlinkSync('/dev/zero', path),
    /^the image is outside the data set: it leads to \/dev\/zero$/,
  ],
  ['loop.jpg', (path) => symlinkSync(path, path), /^cannot read the image: its symbolic links form a cycle$/],
  [
    'link-to-nothing.jpg',
    (path) => symlinkSync('/nowhere/1.jpg', path),
    /^cannot read the image: there is no such file or folder$/,
  ],
  ['huge.jpg', (path) => makeHuge(path), /^cannot read the image: it has 300 MB; at most 268 MB are read$/],
];

function makeHuge(path: string): void {
  writeFileSync(path, '');
  truncateSync(path, 300_000_000);
}
