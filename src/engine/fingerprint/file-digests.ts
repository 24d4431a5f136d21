import { type BigIntStats, statSync } from 'node:fs';
import type { Digest } from './digest.ts';
import { type Facts, factsOf, isRacy, nowInNanoseconds } from './file-facts.ts';
import { FileHasher } from './hash-file.ts';
import { readIndexFile, writeIndexFile } from './index-file.ts';

const KIND = 'file-digests-2';
/** A character that cannot occur in a path. */
const SEPARATOR = '\0';

/**
 * Computes the digests of single, small files and remembers them by path, with size, times and inode. An unchanged file
 * is not read again.
 */
export class FileDigests {
  readonly #store: string | undefined;
  readonly #hasher = new FileHasher();
  /** The facts and the digest of each file, in one string. */
  #loaded: Map<string, string> | undefined;
  #changed = false;

  /** `store`: the file in which digests are kept, loaded on demand; without it, they are not kept. */
  constructor(store?: string) {
    this.#store = store;
  }

  /** Returns the digest of a regular file. Throws the error of the file system if it cannot be read. */
  of(path: string, stats: BigIntStats = statSync(path, { bigint: true })): Digest {
    const facts = factsOf(stats);
    const entry = this.#entries.get(path);
    if (entry?.startsWith(`${facts} `)) return entry.slice(facts.length + 1) as Digest;
    const now = nowInNanoseconds();
    const digest = this.#hasher.hash(path, Number(stats.size));
    // A racy file is not remembered, so that it is read again the next time.
    if (isRacy(stats, now)) this.#entries.delete(path);
    else this.#set(path, facts, digest);
    return digest;
  }

  /** Writes the digests to disk for the next run. */
  save(): void {
    if (!this.#changed) return;
    writeIndexFile(this.#store, KIND, [...this.#entries].flat().join(SEPARATOR));
    this.#changed = false;
  }

  get #entries(): Map<string, string> {
    this.#loaded ??= parse(readIndexFile(this.#store, KIND));
    return this.#loaded;
  }

  #set(path: string, facts: Facts, digest: Digest): void {
    this.#entries.set(path, `${facts} ${digest}`);
    this.#changed = true;
  }
}

function parse(text: string | undefined): Map<string, string> {
  const entries = new Map<string, string>();
  const parts = text?.split(SEPARATOR) ?? [];
  for (let index = 0; index + 1 < parts.length; index += 2) entries.set(parts[index] ?? '', parts[index + 1] ?? '');
  return entries;
}
