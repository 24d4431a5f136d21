/** What the first bytes of a file say that it is. */
export type ImageFormat =
  | { readonly kind: 'photograph' }
  /** `what` it is instead, for people. */
  | { readonly kind: 'other'; readonly what: string };

/**
 * Tells a format by the content, whatever the file is called. JPEG, PNG, WebP, GIF, TIFF and AVIF are decoded; an SVG is
 * not, although it could be: it may refer to other files, and how it looks depends on the fonts of the machine.
 */
export function imageFormat(bytes: Buffer): ImageFormat {
  const start = bytes.subarray(0, 1024);
  const hex = start.toString('hex');
  if (PHOTOGRAPHS.some((signature) => signature.test(hex))) return { kind: 'photograph' };
  const text = start.toString('utf8').trimStart();
  const [, what] = OTHERS.find(([signature]) => signature.test(hex)) ?? TEXTS.find(([form]) => form.test(text)) ?? [];
  return { kind: 'other', what: what ?? (isText(start) ? 'a text' : 'no image in a format that is known') };
}

/** By their first bytes in hexadecimal. Of an ISO media file (`ftyp`) the brand says what is in it. */
const PHOTOGRAPHS = [
  /^ffd8ff/,
  /^89504e470d0a1a0a/,
  /^47494638(37|39)61/,
  /^52494646.{8}57454250/,
  /^(4949(2a|2b)00|4d4d00(2a|2b))/,
  // avif, avis, mif1, miaf
  /^.{8}66747970(61766966|61766973|6d696631|6d696166)/,
];

const OTHERS: readonly (readonly [RegExp, string])[] = [
  // hei*, hev*, msf1
  [/^.{8}66747970(686569|686576|6d736631)/, 'a HEIC photograph: save it as JPEG'],
  [/^.{8}66747970/, 'a video'],
  [/^255044462d/, 'a PDF document'],
  [/^424d.{8}00000000/, 'a BMP: save it as PNG'],
  [/^38425053/, 'a Photoshop file: save it as JPEG'],
  [/^(ff0a|0000000c4a584c20)/, 'a JPEG XL: save it as JPEG'],
  [/^(0000000c6a502020|ff4fff51)/, 'a JPEG 2000: save it as JPEG'],
  [/^504b0304/, 'a ZIP archive'],
  [/^1f8b/, 'a gzip archive'],
];

const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^\uFEFF?(<\?xml[\s\S]*)?(<!--[\s\S]*)?(<!DOCTYPE svg[\s\S]*)?<svg[\s>]/i, 'an SVG drawing: save it as PNG'],
  [/^\uFEFF?<(!doctype html|html|head|body)/i, 'a web page'],
  [/^\uFEFF?<\?xml/, 'an XML document'],
  [/^version https:\/\/git-lfs/, 'a pointer of Git LFS: fetch the file itself (git lfs pull)'],
];

function isText(bytes: Buffer): boolean {
  return (
    bytes.length > 0 &&
    bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d)
  );
}
