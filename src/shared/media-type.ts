export const ARROW_MAGIC = 'ARROW1';
/** The first four bytes of each message of an Arrow IPC stream. */
export const ARROW_CONTINUATION = 0xffffffff;

/** Returns whether a file with these first bytes is an Arrow IPC file or stream. */
export function looksLikeArrow(head: Uint8Array): boolean {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (bytes.subarray(0, 6).toString('latin1') === ARROW_MAGIC) return true;
  if (bytes.byteLength < 8 || bytes.readUInt32LE(0) !== ARROW_CONTINUATION) return false;
  const length = bytes.readInt32LE(4);
  return length > 0 && length % 8 === 0;
}

/** Returns the format of an image by the first bytes of its file; nothing if they are not those of an image. */
export function pictureFormat(head: Uint8Array): 'JPEG' | 'PNG' | 'WebP' | 'GIF' | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(12, head.byteLength)).toString('latin1');
  if (text.startsWith('\xff\xd8\xff')) return 'JPEG';
  if (text.startsWith('\x89PNG\r\n')) return 'PNG';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'WebP';
  if (text.startsWith('GIF8')) return 'GIF';
  return undefined;
}

const BY_EXTENSION: Readonly<Record<string, string>> = {
  jpg: 'JPEG',
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  gif: 'GIF',
};

/** Returns the format of an image by its file name, for directories with too many files to open each of them. */
export function pictureFormatByName(name: string): string | undefined {
  return BY_EXTENSION[extensionOf(name)];
}

/** Returns the extension of a path in lower case: `jpg` for `a/b.JPG`; empty if there is none. */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}
