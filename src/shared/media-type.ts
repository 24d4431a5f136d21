export const ARROW_MAGIC = 'ARROW1';
/** What each message of an Arrow stream begins with. */
export const ARROW_CONTINUATION = 0xffffffff;

/** Whether these first bytes are those of an Arrow IPC file or stream. */
export function looksLikeArrow(head: Uint8Array): boolean {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (bytes.subarray(0, 6).toString('latin1') === ARROW_MAGIC) return true;
  if (bytes.byteLength < 8 || bytes.readUInt32LE(0) !== ARROW_CONTINUATION) return false;
  const length = bytes.readInt32LE(4);
  return length > 0 && length % 8 === 0;
}

/** The format of a picture by its first bytes. */
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

/** The format of a picture by its name, which is all that there is time for with thousands of them. */
export function pictureFormatByName(name: string): string | undefined {
  return BY_EXTENSION[extensionOf(name)];
}

/** «jpg» of `a/b.JPG`; empty if there is none. */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}
