import type { Digest } from './digest.ts';

export const DIGEST_BYTES = 32;

/** A file of a tree. */
export interface TreeFile {
  /** Relative to the tree's root, with `/`; empty if the tree is a single file. */
  readonly path: string;
  readonly digest: Digest;
}

/** The memory of a `FileList`. That of a walked tree is shared: threads pass it on without copying, and fill it in. */
export interface FileListParts {
  /** The paths in UTF-8, without separators. */
  readonly names: Uint8Array;
  /** Where each path ends in `names`. */
  readonly ends: Uint32Array;
  /** SHA-256 of each file. */
  readonly digests: Uint8Array;
}

/** The paths and digests of files, sorted by path: without an object for each, since there may be 200,000 of them. */
export class FileList implements Iterable<TreeFile> {
  readonly parts: FileListParts;
  readonly #names: Buffer;
  readonly #digests: Buffer;

  constructor(parts: FileListParts) {
    this.parts = parts;
    this.#names = viewOf(parts.names);
    this.#digests = viewOf(parts.digests);
  }

  /** Creates a list of `files`, which must be sorted by path. */
  static of(files: readonly TreeFile[]): FileList {
    const list = new FileList(listNamed(files.map(({ path }) => path)));
    for (const [index, { digest }] of files.entries()) list.setDigest(index, digest);
    return list;
  }

  get length(): number {
    return this.parts.ends.length;
  }

  pathAt(index: number): string {
    return this.#names.toString('utf8', this.#startOf(index), this.parts.ends[index]);
  }

  /** Returns a path in UTF-8, as a view of the memory of the list. */
  pathBytesAt(index: number): Uint8Array {
    return this.#names.subarray(this.#startOf(index), this.parts.ends[index]);
  }

  /** The numbers by which the files are accessed. */
  indices(): number[] {
    return [...Array(this.length).keys()];
  }

  setDigest(index: number, digest: Digest): void {
    this.#digests.write(digest, index * DIGEST_BYTES, 'hex');
  }

  digestAt(index: number): Digest {
    return this.#digests.toString('hex', index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES) as Digest;
  }

  at(index: number): TreeFile {
    return { path: this.pathAt(index), digest: this.digestAt(index) };
  }

  /** Returns the index of the file with this path, or -1. */
  indexOf(path: string): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.pathAt(middle) < path) low = middle + 1;
      else high = middle;
    }
    return low < this.length && this.pathAt(low) === path ? low : -1;
  }

  *[Symbol.iterator](): Generator<TreeFile> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }

  #startOf(index: number): number {
    return index === 0 ? 0 : (this.parts.ends[index - 1] ?? 0);
  }
}

/** Pairs the entries of two lists that have the same path. The index of an entry that only one list has is -1. */
export function* mergeLists(a: FileList, b: FileList): Generator<readonly [inA: number, inB: number]> {
  let [inA, inB] = [0, 0];
  let [pathA, pathB] = [a.length > 0 ? a.pathAt(0) : '', b.length > 0 ? b.pathAt(0) : ''];
  while (inA < a.length && inB < b.length) {
    const order = pathA === pathB ? 0 : pathA < pathB ? -1 : 1;
    yield [order <= 0 ? inA : -1, order >= 0 ? inB : -1];
    if (order <= 0 && ++inA < a.length) pathA = a.pathAt(inA);
    if (order >= 0 && ++inB < b.length) pathB = b.pathAt(inB);
  }
  while (inA < a.length) yield [inA++, -1];
  while (inB < b.length) yield [-1, inB++];
}

export function allocateEnds(count: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(4 * count));
}

export function allocateDigests(count: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(DIGEST_BYTES * count));
}

/** Returns a buffer in shared memory. */
export function bufferOf(bytes: number): Buffer {
  return Buffer.from(new SharedArrayBuffer(bytes));
}

/** Returns the memory of a list of these paths, whose digests are still to be filled in. */
export function listNamed(paths: readonly string[]): FileListParts {
  const names = Buffer.from(paths.join(''));
  const ends = allocateEnds(paths.length);
  let end = 0;
  for (const [index, path] of paths.entries()) {
    end += Buffer.byteLength(path);
    ends[index] = end;
  }
  return { names, ends, digests: allocateDigests(paths.length) };
}

/** Returns the parts as bytes, for a file. */
export function encodeList({ names, ends, digests }: FileListParts): readonly Uint8Array[] {
  return [Uint32Array.of(ends.length, names.length), ends, digests, names].map(bytesOf);
}

/** Returns a list, which uses `bytes`, and the bytes that follow it; nothing if they end too early. */
export function decodeList(bytes: Buffer): { readonly list: FileListParts; readonly rest: Buffer } | undefined {
  const [count = 0, nameBytes = 0] = numbersIn(bytes, 2);
  const start = 8 + 4 * count;
  const middle = start + DIGEST_BYTES * count;
  if (bytes.length < middle + nameBytes) return undefined;
  const list = {
    ends: numbersIn(bytes.subarray(8), count),
    digests: bytes.subarray(start, middle),
    names: bytes.subarray(middle, middle + nameBytes),
  };
  return { list, rest: bytes.subarray(middle + nameBytes) };
}

function numbersIn(bytes: Buffer, count: number): Uint32Array {
  const numbers = new Uint32Array(Math.min(count, Math.floor(bytes.length / 4)));
  bytesOf(numbers).set(bytes.subarray(0, numbers.byteLength));
  return numbers;
}

export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
