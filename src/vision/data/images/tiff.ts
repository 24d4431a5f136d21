const PHOTOMETRIC = 262;
const COMPRESSION = 259;
const YCBCR = 6;
const JPEG = 7;

/** The type of a number of 16 bits. Any other is read as one of 32 bits. */
const SHORT = 3;
const MAX_TAGS = 4096;

/** A number in the header of an image. */
interface Tag {
  readonly value: number;
  /** Whether it is a single number of 16 bits. */
  readonly isShort: boolean;
}

/** Whether a TIFF's pixels are YCbCr that no JPEG decoder turns into RGB: libvips would take them for RGB. */
export function isPlainYCbCr(bytes: Buffer): boolean {
  const tags = firstDirectory(bytes);
  return tags.get(PHOTOMETRIC)?.value === YCBCR && tags.get(COMPRESSION)?.value !== JPEG;
}

/** Returns the numeric tags of a TIFF's first image; nothing for another or a corrupted file, which the decoder reports. */
export function firstDirectory(bytes: Buffer): ReadonlyMap<number, Tag> {
  const tags = new Map<number, Tag>();
  const isLittle = bytes.toString('latin1', 0, 2) === 'II';
  const read = (at: number, length: number) => {
    if (at + length > bytes.length) return 0;
    return isLittle ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
  };
  const version = read(2, 2);
  if (version !== 42 && version !== 43) return tags;
  // Offsets of a BigTIFF have eight bytes, of which six are enough for any file.
  const long = (at: number) => read(version === 42 || isLittle ? at : at + 2, version === 42 ? 4 : 6);
  const [countBytes, entryBytes, valueAt] = version === 42 ? [2, 12, 8] : [8, 20, 12];
  const directory = long(version === 42 ? 4 : 8);
  const count = Math.min(version === 42 ? read(directory, 2) : long(directory), MAX_TAGS);
  for (let index = 0; index < count; index += 1) {
    const entry = directory + countBytes + index * entryBytes;
    const isShort = read(entry + 2, 2) === SHORT;
    const value = read(entry + valueAt, isShort ? 2 : 4);
    tags.set(read(entry, 2), { value, isShort: isShort && long(entry + 4) === 1 });
  }
  return tags;
}
