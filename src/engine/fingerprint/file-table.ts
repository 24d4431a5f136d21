import type { BigIntStats } from 'node:fs';
import {
  bytesOf,
  DIGEST_BYTES,
  decodeList,
  encodeList,
  FileList,
  type FileListParts,
  mergeLists,
} from './file-list.ts';
import { readIndexBytes, writeIndexBytes } from './index-file.ts';

/** The metadata of a file by which an unchanged one is recognised: the places of its numbers in `facts`. */
export const FACT = { size: 0, modified: 1, changed: 2, inode: 3 } as const;
export const FACTS = 4;

export type FactNumbers = BigInt64Array;

/** The memory of a `FileTable`, as it is passed between threads. */
export interface FileTableParts {
  readonly list: FileListParts;
  /** `FACTS` numbers of each file. Times are in nanoseconds. */
  readonly facts: FactNumbers;
}

const KIND = 'file-table-1';
/** The facts that stay when a file is renamed, or when links to it or its permissions change. */
const LASTING = [FACT.size, FACT.modified, FACT.inode];
const ALL = [...LASTING, FACT.changed];

/** The files of a tree with their digests and the metadata by which an unchanged file is recognised. */
export class FileTable extends FileList {
  readonly facts: FactNumbers;

  constructor({ list, facts }: FileTableParts) {
    super(list);
    this.facts = facts;
  }

  get shared(): FileTableParts {
    return { list: this.parts, facts: this.facts };
  }

  /** Reads a table from an index file; returns nothing if it is absent or corrupted. */
  static read(path: string | undefined): FileTable | undefined {
    const bytes = readIndexBytes(path, KIND);
    const decoded = bytes && decodeList(bytes);
    if (decoded === undefined) return undefined;
    const facts = allocateFacts(decoded.list.ends.length);
    if (decoded.rest.length !== facts.byteLength) return undefined;
    bytesOf(facts).set(decoded.rest);
    return new FileTable({ list: decoded.list, facts });
  }

  write(path: string): void {
    writeIndexBytes(path, KIND, [...encodeList(this.parts), bytesOf(this.facts)]);
  }

  sizeAt(index: number): number {
    return Number(this.#fact(index, FACT.size));
  }

  get bytes(): number {
    let bytes = 0;
    for (let index = 0; index < this.length; index++) bytes += this.sizeAt(index);
    return bytes;
  }

  /**
   * Copies the digests of the files that `known` has with the same metadata.
   *
   * @returns the files that it does not have.
   */
  adoptUnchanged(known: FileTable | undefined): readonly number[] {
    return known === undefined ? this.indices() : this.#adoptByPath(this.indices(), known, ALL);
  }

  /**
   * Copies the digests of those files among `indices` that are files of `originals` by another name, or with other
   * permissions. A write would have changed the time of modification.
   *
   * @returns the other files.
   */
  adoptLinked(indices: readonly number[], originals: readonly FileTable[]): readonly number[] {
    // Most often a whole tree was moved. Looking for each inode takes more memory.
    const moved = originals.reduce((left, original) => this.#adoptByPath(left, original, LASTING), indices);
    if (moved.length === 0) return moved;
    const byInode = new Map<bigint, readonly [FileTable, number]>();
    for (const original of originals)
      for (let index = 0; index < original.length; index++)
        byInode.set(original.#fact(index, FACT.inode), [original, index]);
    return moved.filter((index) => {
      const [original, there] = byInode.get(this.#fact(index, FACT.inode)) ?? [];
      if (original === undefined || there === undefined || !this.#equals(index, original, there, LASTING)) return true;
      this.#adopt(index, original, there);
      return false;
    });
  }

  /** Copies the digests of files among `indices`, in order, that `known` has by the same path. Returns the others. */
  #adoptByPath(indices: readonly number[], known: FileTable, facts: readonly number[]): readonly number[] {
    if (indices.length === 0) return indices;
    const others: number[] = [];
    let next = 0;
    for (const [here, there] of mergeLists(this, known)) {
      if (here !== indices[next]) continue;
      next++;
      if (there !== -1 && this.#equals(here, known, there, facts)) this.#adopt(here, known, there);
      else others.push(here);
    }
    return others;
  }

  /** Returns whether a file has this metadata. */
  isUnchanged(index: number, { size, mtimeNs, ctimeNs, ino }: BigIntStats): boolean {
    const now = { size, modified: mtimeNs, changed: ctimeNs, inode: BigInt.asIntN(64, ino) };
    return Object.entries(FACT).every(([name, fact]) => this.#fact(index, fact) === now[name as keyof typeof FACT]);
  }

  /** Sets the time of the last change of the metadata of a file, in nanoseconds. */
  setChanged(index: number, time: bigint): void {
    this.facts[index * FACTS + FACT.changed] = time;
  }

  /** Makes files count as changed the next time: no file has the inode -1. */
  forget(indices: readonly number[]): void {
    for (const index of indices) this.facts[index * FACTS + FACT.inode] = -1n;
  }

  #fact(index: number, fact: number): bigint {
    return this.facts[index * FACTS + fact] ?? 0n;
  }

  #equals(index: number, other: FileTable, there: number, facts: readonly number[]): boolean {
    return facts.every((fact) => this.#fact(index, fact) === other.#fact(there, fact));
  }

  #adopt(index: number, from: FileList, there: number): void {
    const digest = from.parts.digests.subarray(there * DIGEST_BYTES, (there + 1) * DIGEST_BYTES);
    this.parts.digests.set(digest, index * DIGEST_BYTES);
  }
}

export function allocateFacts(count: number): FactNumbers {
  return new BigInt64Array(new SharedArrayBuffer(8 * FACTS * count));
}
