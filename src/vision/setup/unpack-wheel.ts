import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { problem, type Result, success } from '../../shared/problem.ts';
import { dataOffset, readZipDirectory, type ZipEntry, ZipError } from './zip-directory.ts';

/** TensorFlow's C library, and CUDA. The rest of a wheel is Python's. */
const WANTED = ['tensorflow/libtensorflow', 'nvidia/'];

/**
 * Unpacks what TensorFlow's C library needs of a wheel. Data streams from file to file: no entry is held in memory. Node's
 * own zlib inflates several times faster than JavaScript.
 *
 * Throws the file system's error, and nothing else.
 *
 * @param onShare is told how much is done, 0 to 1
 */
export async function unpackWheel(
  wheel: string,
  directory: string,
  onShare: (share: number) => void,
): Promise<Result<void>> {
  const file = await open(wheel);
  try {
    const entries = (await readZipDirectory(file)).filter(isWanted);
    const total = entries.reduce((sum, { size }) => sum + size, 0);
    let done = 0;
    for (const entry of entries) {
      await unpackEntry(wheel, file, entry, join(directory, entry.name), (bytes) => {
        done += bytes;
        onShare(done / total);
      });
    }
    return success(undefined);
  } catch (error) {
    const isCorrupted = error instanceof ZipError || /^Z_|^ERR_ZLIB/.test(String((error as { code?: string }).code));
    if (!isCorrupted) throw error;
    return problem(`${wheel} is corrupted: ${(error as Error).message}.`, {
      advice: 'Delete it, and run `npx pipeline setup` again.',
    });
  } finally {
    await file.close();
  }
}

/** Nothing is written outside of the directory. */
function isWanted({ name }: ZipEntry): boolean {
  const isInside = !name.endsWith('/') && !name.startsWith('/') && !name.split('/').includes('..');
  return isInside && (WANTED.some((start) => name.startsWith(start)) || name.includes('.dist-info/'));
}

async function unpackEntry(
  wheel: string,
  file: FileHandle,
  entry: ZipEntry,
  target: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const start = await dataOffset(file, entry);
  let written = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      written += chunk.length;
      onBytes(chunk.length);
      callback(null, chunk);
    },
  });
  // TensorFlow runs CUDA's assembler: it has to stay executable.
  const mode = entry.mode || 0o644;
  if (entry.compressedSize === 0) return writeFile(target, '', { mode });
  const output = createWriteStream(target, { mode });
  const source = createReadStream(wheel, { start, end: start + entry.compressedSize - 1, highWaterMark: 1 << 20 });
  await pipeline(
    source,
    entry.isDeflated ? createInflateRaw({ chunkSize: 1 << 20 }) : new PassThrough(),
    counter,
    output,
  );
  if (written !== entry.size) throw new ZipError(`${entry.name} has ${written} bytes, expected ${entry.size}`);
}
