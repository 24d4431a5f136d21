import { createHash, hash } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { Beat } from './beat.ts';
import type { Digest } from './digest.ts';

const CHUNK = 1 << 20;
/** A named pipe that took the place of a file would otherwise block the thread until somebody writes to it. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Hashes files through one buffer: allocating one for each file would take half of the time. */
export class FileHasher {
  readonly #buffer = Buffer.allocUnsafeSlow(CHUNK);

  /** Returns the SHA-256 of a file of the expected `size`, in bytes. Throws the error of the file system. */
  hash(path: string, size: number, beat: Beat = () => undefined): Digest {
    const file = openSync(path, FLAGS);
    try {
      return this.hashOpen(file, size, beat);
    } finally {
      closeSync(file);
    }
  }

  /** Like `hash`, for an open file. */
  hashOpen(file: number, size: number, beat: Beat = () => undefined): Digest {
    // Virtual files, as in `/proc`, have size 0.
    const first = this.#read(file, size || CHUNK);
    if (first.length < CHUNK) {
      beat(1, first.length);
      return hash('sha256', first) as Digest;
    }
    const digest = createHash('sha256').update(first);
    beat(0, first.length);
    for (let chunk = this.#read(file); chunk.length > 0; chunk = this.#read(file)) {
      digest.update(chunk);
      beat(0, chunk.length);
    }
    beat(1, 0);
    return digest.digest('hex') as Digest;
  }

  /**
   * Reads until the buffer is full or the file ends: a single read may return less. A small file counts as read after
   * `size` bytes; if it has grown in the meantime, its changed times reveal that in the next run.
   */
  #read(file: number, size = CHUNK): Buffer {
    let filled = 0;
    while (filled < Math.min(CHUNK, size)) {
      const count = readSync(file, this.#buffer, filled, CHUNK - filled, null);
      if (count === 0) break;
      filled += count;
    }
    return this.#buffer.subarray(0, filled);
  }
}
