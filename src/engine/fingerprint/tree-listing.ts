import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import type { Digest } from './digest.ts';
import { allocateDigests, allocateEnds, DIGEST_BYTES, type FileListParts } from './file-list.ts';
import type { Walked } from './walk.ts';

/** Distinguishes the digest of a directory from that of a file with the same listing. */
const START = 'tree';
const FILE = '\0file ';
const FILE_BYTES = Buffer.from(FILE);
const DIRECTORY = '\0directory ';
/** The characters of an entry before the path: `FILE`, a digest in hex and a space. */
const HEAD = FILE.length + 2 * DIGEST_BYTES + 1;
const SPACE = 0x20;
const CHUNK = 1 << 18;

/**
 * Yields the text whose SHA-256 is the digest of a directory, in UTF-8 and in parts: for 200,000 files it has 25 MB.
 * Each part is valid only until the next one, which takes its memory.
 */
export function* listingOf({ table, emptyDirectories }: Pick<Walked, 'table' | 'emptyDirectories'>): Generator<Buffer> {
  const chunk = Buffer.allocUnsafeSlow(CHUNK);
  let filled = chunk.write(START);
  for (let index = 0; index < table.length; index++) {
    const path = table.pathBytesAt(index);
    if (filled + HEAD + path.length > CHUNK) {
      yield chunk.subarray(0, filled);
      filled = 0;
    }
    filled += chunk.write(`${FILE}${table.digestAt(index)} `, filled, 'latin1');
    chunk.set(path, filled);
    filled += path.length;
  }
  yield chunk.subarray(0, filled);
  for (const directory of emptyDirectories) yield Buffer.from(`${DIRECTORY}${directory}`);
}

/**
 * Reads the text of a directory from an open file of `size` bytes, in parts.
 *
 * @returns its files, without what is no valid entry, and the digest of the text; nothing if it is another text.
 */
export function readTreeListing(file: number, size: number): { list: FileListParts; digest: Digest } | undefined {
  const digest = createHash('sha256');
  const collector = new Collector(size);
  const chunk = Buffer.allocUnsafeSlow(CHUNK);
  let kept = 0;
  let read = 0;
  for (;;) {
    const count = readSync(file, chunk, kept, CHUNK - kept, null);
    const text = chunk.subarray(0, kept + count);
    if (read === 0 && text.toString('latin1', 0, START.length) !== START) return undefined;
    digest.update(text.subarray(kept));
    const done = collector.add(text, count === 0);
    if (count === 0) return { list: collector.list(), digest: digest.digest('hex') as Digest };
    read += count;
    // It is growing, or has a path that is longer than any can be.
    if (read > size || (done === 0 && text.length === CHUNK)) return undefined;
    kept = text.copy(chunk, 0, done);
  }
}

/** Collects the files of a listing. */
class Collector {
  // Memory that is not used costs nothing.
  readonly #names: Buffer;
  readonly #ends: Uint32Array;
  readonly #digests: Buffer;
  #count = 0;
  #end = 0;

  /** `size`: of the listing, in bytes. */
  constructor(size: number) {
    this.#names = Buffer.allocUnsafeSlow(size);
    this.#ends = allocateEnds(Math.ceil(size / HEAD));
    this.#digests = Buffer.from(allocateDigests(this.#ends.length).buffer);
  }

  /** Adds the files in a part of the text. Returns where the last entry starts, unless it is complete. */
  add(text: Buffer, isLast: boolean): number {
    for (let start = 0; ; ) {
      const next = text.indexOf(0, start + 1);
      if (next === -1 && !isLast) return start;
      const end = next === -1 ? text.length : next;
      if (isFile(text, start, end)) this.#addFile(text, start, end);
      if (next === -1) return end;
      start = next;
    }
  }

  list(): FileListParts {
    return {
      names: this.#names.subarray(0, this.#end),
      ends: this.#ends.subarray(0, this.#count),
      digests: this.#digests.subarray(0, this.#count * DIGEST_BYTES),
    };
  }

  #addFile(text: Buffer, start: number, end: number): void {
    const hex = text.toString('latin1', start + FILE.length, start + HEAD - 1);
    if (this.#digests.write(hex, this.#count * DIGEST_BYTES, 'hex') < DIGEST_BYTES) return;
    this.#end += text.copy(this.#names, this.#end, start + HEAD, end);
    this.#ends[this.#count++] = this.#end;
  }
}

/** Returns whether an entry has the form of that of a file. */
function isFile(text: Buffer, start: number, end: number): boolean {
  if (end < start + HEAD || text[start + HEAD - 1] !== SPACE) return false;
  return text.compare(FILE_BYTES, 0, FILE_BYTES.length, start, start + FILE_BYTES.length) === 0;
}
