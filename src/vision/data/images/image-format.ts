/** The format that the first bytes of a file indicate. */
export type ImageFormat =
  | { readonly kind: 'photograph' }
  /** `what` describes the format for a message. */
  | { readonly kind: 'other'; readonly what: string };

/**
 * Detects a format from the content, whatever the file's extension. JPEG, PNG, WebP, GIF, TIFF and AVIF are `photograph`.
 * SVG is not, although it could be decoded: it may refer to other files, and its rendering depends on the machine's fonts.
 */
export function imageFormat(bytes: Buffer): ImageFormat {
  const start = bytes.subarray(0, 1024);
  const hex = start.toString('hex');
  if (PHOTOGRAPHS.some((signature) => signature.test(hex))) return { kind: 'photograph' };
  const text = start.toString('utf8').trimStart();
  const [, what] = OTHERS.find(([signature]) => signature.test(hex)) ?? TEXTS.find(([form]) => form.test(text)) ?? [];
  return { kind: 'other', what: what ?? (isText(start) ? 'a text file' : 'not in a known image format') };
}

/** Signatures of the first bytes, in hexadecimal. In an ISO media file (`ftyp`) the brand names the format. */
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
  [/^424d.{8}00000000/, 'a BMP image: save it as PNG'],
  [/^38425053/, 'a Photoshop file: save it as JPEG'],
  [/^(ff0a|0000000c4a584c20)/, 'a JPEG XL image: save it as JPEG'],
  [/^(0000000c6a502020|ff4fff51)/, 'a JPEG 2000 image: save it as JPEG'],
  [/^504b0304/, 'a ZIP archive'],
  [/^1f8b/, 'a gzip archive'],
];

const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^\uFEFF?(<\?xml[\s\S]*)?(<!--[\s\S]*)?(<!DOCTYPE svg[\s\S]*)?<svg[\s>]/i, 'an SVG drawing: save it as PNG'],
  [/^\uFEFF?<(!doctype html|html|head|body)/i, 'a web page'],
  [/^\uFEFF?<\?xml/, 'an XML document'],
  [/^version https:\/\/git-lfs/, 'a Git LFS pointer: fetch the file itself (git lfs pull)'],
];

function isText(bytes: Buffer): boolean {
  return (
    bytes.length > 0 &&
    bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d)
  );
}
