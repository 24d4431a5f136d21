import type { FileHandle } from 'node:fs/promises';

/** A file in a ZIP archive. */
export interface ZipEntry {
  readonly name: string;
  /** False: stored as it is. */
  readonly isDeflated: boolean;
  /** Bytes in the archive. */
  readonly compressedSize: number;
  /** Bytes once unpacked. */
  readonly size: number;
  /** The CRC-32 of the unpacked bytes. */
  readonly crc32: number;
  /** Permissions as in Unix; 0 if the archive does not say. */
  readonly mode: number;
  /** Where its local header begins. */
  readonly offset: number;
}

/** An archive that cannot be read. */
export class ZipError extends Error {}

const END = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const CENTRAL = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;

/**
 * Reads the central directory of a ZIP archive, which has the permissions that local headers lack. Archives over 4 GB
 * (ZIP64), encrypted ones and methods other than deflate are refused: no wheel that is needed has them.
 */
export async function readZipDirectory(file: FileHandle): Promise<readonly ZipEntry[]> {
  const { size } = await file.stat();
  const tail = await read(file, Math.max(0, size - END_BYTES - LONGEST_COMMENT), size);
  const end = tail.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'));
  if (end < 0 || tail.length - end < END_BYTES || tail.readUInt32LE(end) !== END)
    throw new ZipError('not a ZIP archive');
  const count = tail.readUInt16LE(end + 10);
  const bytes = tail.readUInt32LE(end + 12);
  const start = tail.readUInt32LE(end + 16);
  if (count === 0xffff || start === 0xffffffff) throw new ZipError('ZIP64 is not supported');
  const directory = await read(file, start, start + bytes);
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count; ) {
    if (directory.length - at < CENTRAL_BYTES || directory.readUInt32LE(at) !== CENTRAL)
      throw new ZipError('its directory is incomplete');
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field));
    const next = at + CENTRAL_BYTES + (nameBytes ?? 0);
    entries.push(toEntry(directory.subarray(at), directory.toString('utf8', at + CENTRAL_BYTES, next)));
    at = next + (extraBytes ?? 0) + (commentBytes ?? 0);
  }
  return entries;
}

function toEntry(header: Buffer, name: string): ZipEntry {
  const method = header.readUInt16LE(10);
  if (method !== 0 && method !== 8) throw new ZipError(`${name} is compressed by method ${method}`);
  if ((header.readUInt16LE(8) & 1) !== 0) throw new ZipError(`${name} is encrypted`);
  const entry = {
    name,
    isDeflated: method === 8,
    compressedSize: header.readUInt32LE(20),
    size: header.readUInt32LE(24),
    crc32: header.readUInt32LE(16),
    mode: (header.readUInt32LE(38) >>> 16) & 0o777,
    offset: header.readUInt32LE(42),
  };
  if ([entry.compressedSize, entry.size, entry.offset].includes(0xffffffff))
    throw new ZipError('ZIP64 is not supported');
  return entry;
}

/** Returns where the data of an entry begins: after its local header, whose length its directory entry does not say. */
export async function dataOffset(file: FileHandle, { name, offset }: ZipEntry): Promise<number> {
  const header = await read(file, offset, offset + LOCAL_BYTES);
  if (header.length < LOCAL_BYTES || header.readUInt32LE(0) !== LOCAL) throw new ZipError(`${name} has no header`);
  return offset + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
}

async function read(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, end - start));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
  return buffer.subarray(0, bytesRead);
}
