import type { Size } from './bilinear.ts';
import { firstDirectory } from './tiff.ts';

/** What the header of an image says of its pixels. */
export interface ImageHeader {
  /** Size in pixels, with the EXIF orientation applied. */
  readonly size: Size;
  readonly channels: number;
  readonly bytesPerChannel: number;
}

interface Segment {
  readonly marker: number;
  readonly content: Buffer;
}

const START_OF_SCAN = 0xda;
/** Baseline, extended and progressive frames with Huffman coding. */
const FRAMES = [0xc0, 0xc1, 0xc2];
/** Tables, the restart interval and comments. */
const OTHERS = [0xc4, 0xdb, 0xdd, 0xfe];
const EXIF = { marker: 0xe1, start: 'Exif\0\0' };
const PROFILE = { marker: 0xe2, start: 'ICC_PROFILE\0' };

/** A camera writes about a dozen, and a colour profile takes 255 at most. */
const MAX_SEGMENTS = 1024;

const ORIENTATION = 274;
const UPRIGHT = { value: 1, isShort: true };
/** From this orientation on, rows and columns are exchanged. */
const FIRST_TRANSPOSED = 5;
const LAST_ORIENTATION = 8;

/**
 * Reads the header of a JPEG with 8 bits per channel in a fraction of the time that the decoder takes for it. Returns
 * nothing for another file, and for an unusual or corrupted header: only the decoder knows what it makes of that.
 */
export function readJpegHeader(bytes: Buffer): ImageHeader | undefined {
  const segments = segmentsBeforeScan(bytes) ?? [];
  const [frame, ...moreFrames] = segments.filter(({ marker }) => FRAMES.includes(marker));
  const [exif, ...moreExif] = segments.filter((segment) => isA(segment, EXIF));
  if (frame === undefined || moreFrames.length > 0 || moreExif.length > 0 || !segments.every(isUsual)) return undefined;
  const size = frameSize(frame.content);
  const tags = exif && firstDirectory(exif.content.subarray(EXIF.start.length));
  const { value: orientation, isShort } = tags?.get(ORIENTATION) ?? UPRIGHT;
  const isKnown = isShort && orientation >= UPRIGHT.value && orientation <= LAST_ORIENTATION;
  const channels = frame.content[5];
  if (size === undefined || !isKnown || (channels !== 1 && channels !== 3)) return undefined;
  const { width, height } = size;
  return {
    size: orientation < FIRST_TRANSPOSED ? size : { width: height, height: width },
    channels,
    bytesPerChannel: 1,
  };
}

/** Returns nothing if the start of the pixels is not found. */
function segmentsBeforeScan(bytes: Buffer): readonly Segment[] | undefined {
  const segments: Segment[] = [];
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff && segments.length < MAX_SEGMENTS) {
    const marker = bytes.readUInt8(at + 1);
    if (marker === START_OF_SCAN) return segments;
    // The length includes its own two bytes.
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    segments.push({ marker, content: bytes.subarray(at + 4, end) });
    at = Math.max(end, at + 4);
  }
  return undefined;
}

function isUsual(segment: Segment): boolean {
  const { marker } = segment;
  // Without a colour profile, such a segment says that other pictures follow, for example the gain map of an HDR image.
  if (marker === PROFILE.marker) return isA(segment, PROFILE);
  return FRAMES.includes(marker) || OTHERS.includes(marker) || (marker & 0xf0) === 0xe0;
}

function isA({ marker, content }: Segment, kind: { readonly marker: number; readonly start: string }): boolean {
  return marker === kind.marker && content.toString('latin1', 0, kind.start.length) === kind.start;
}

/** Returns nothing for another number of bits than 8, and for a height that stands only after the pixels. */
function frameSize(content: Buffer): Size | undefined {
  if (content.length < 6 || content[0] !== 8) return undefined;
  const [height, width] = [content.readUInt16BE(1), content.readUInt16BE(3)];
  return width > 0 && height > 0 ? { width, height } : undefined;
}
