import { type BigIntStats, lstatSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { type ContentHash, ContentHasher } from './content-hasher.ts';
import type { Digest } from './digest.ts';
import { type Facts, type FoundFile, factsOf, isRacy, isSameFile, nowInNanoseconds } from './file-facts.ts';
import { readIndexFile, writeIndexFile } from './index-file.ts';
import type { hashAll } from './parallel-hash.ts';

/** Facts, XXH64 and SHA-256 of the content in one string: 80,000 of them are loaded in a few hundredths of a second. */
type Entry = string;

const KIND = 'file-digests-1';
/** A character that cannot occur in a path. */
const SEPARATOR = '\0';

/**
 * Computes the digests of files and remembers them by path, with size, times and inode. An unchanged file is not read
 * again. A file whose facts changed is first compared by XXH64, at several times the speed of SHA-256.
 */
export class FileDigests {
  readonly #store: string | undefined;
  readonly #worker: string | undefined;
  readonly #hasher = new ContentHasher();
  #hashAll: typeof hashAll | undefined;
  #loaded: Map<string, Entry> | undefined;
  #changed = false;

  /** `store`: the file in which digests are kept, loaded on demand; without it, they are not kept. `worker`: the path of the hash worker. */
  constructor(store?: string, worker?: string) {
    this.#store = store;
    this.#worker = worker;
  }

  /** Loads XXH64 and parallel hashing. Without it, files are hashed by SHA-256 alone, on one core. */
  async prepare(): Promise<void> {
    await this.#hasher.prepare();
    this.#hashAll = (await import('./parallel-hash.ts')).hashAll;
  }

  /** Returns the digest of a regular file. Throws the error of the file system if it cannot be read. */
  of(path: string, stats: BigIntStats = statSync(path, { bigint: true })): Digest {
    return this.all([{ path, stats }])[0] as Digest;
  }

  /** Returns the digests of regular files, in their order. Throws the file system's error if one cannot be read. */
  all(files: readonly FoundFile[]): Digest[] {
    const now = nowInNanoseconds();
    const digests = files.map((file) => this.#known(file, now));
    const unknown = files.filter((_file, index) => digests[index] === undefined);
    const hashes =
      this.#hashAll?.(unknown, this.#hasher, this.#worker) ??
      unknown.map(({ path, stats }) => this.#hasher.hash(path, Number(stats.size)));
    for (const [index, file] of unknown.entries()) this.#remember(file, hashes[index] as ContentHash, now);
    let next = 0;
    return digests.map((digest) => digest ?? (hashes[next++]?.digest as Digest));
  }

  /** Transfers the digest of `from` to `to`, to which the file has just been moved. */
  moved(from: string, to: string): void {
    const known = this.#entries.get(from);
    this.#entries.delete(from);
    if (known === undefined) return;
    const [, , , , quick = '', digest = ''] = known.split(' ');
    // Its content was known before the move, so it is not racy although its ctime is recent.
    this.#set(to, factsOf(lstatSync(to, { bigint: true })), { quick, digest });
  }

  /** Copies the digest of `from` to `to`, a hard link to the same file. */
  linked(from: string, to: string): void {
    const [, , , , quick = '', digest = ''] = this.#entries.get(from)?.split(' ') ?? [];
    if (digest !== '') this.#set(to, factsOf(lstatSync(to, { bigint: true })), { quick, digest: digest as Digest });
  }

  /**
   * Calls `change`, which creates or deletes a hard link to the file. That changes its ctime, by which the file is
   * recognised, but not its content, so its digest stays valid.
   */
  whileLinking(path: string, change: () => void): void {
    const entry = this.#entries.get(path);
    const before = entry === undefined ? undefined : statSync(path, { bigint: true, throwIfNoEntry: false });
    change();
    // A file that was racy or had changed before is read again.
    if (entry === undefined || before === undefined || !entry.startsWith(`${factsOf(before)} `)) return;
    const after = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (after === undefined || !isSameFile(before, after)) return;
    const [, , , , quick = '', digest = ''] = entry.split(' ');
    this.#set(path, factsOf(after), { quick, digest: digest as Digest });
  }

  /** Forgets a file, or all files of a directory, that is about to be deleted. */
  forget(path: string): void {
    for (const known of this.#entries.keys()) {
      if (known === path || known.startsWith(path + sep)) this.#entries.delete(known);
    }
    this.#changed = true;
  }

  /** Forgets all files of a directory except `left`, its current files. */
  keepOnly(directory: string, left: readonly FoundFile[]): void {
    const paths = new Set(left.map(({ path }) => path));
    for (const known of this.#entries.keys()) {
      if (known.startsWith(directory + sep) && !paths.has(known)) this.#entries.delete(known);
    }
  }

  /** Writes the digests to disk for the next run. */
  save(): void {
    if (!this.#changed) return;
    writeIndexFile(this.#store, KIND, [...this.#entries].flat().join(SEPARATOR));
    this.#changed = false;
  }

  get #entries(): Map<string, Entry> {
    this.#loaded ??= parse(readIndexFile(this.#store, KIND));
    return this.#loaded;
  }

  #known(file: FoundFile, now: bigint): Digest | undefined {
    const entry = this.#entries.get(file.path);
    if (entry === undefined) return undefined;
    const facts = factsOf(file.stats);
    const [size, mtime, ctime, inode, quick = '', digest = ''] = entry.split(' ');
    if (facts === `${size} ${mtime} ${ctime} ${inode}`) return digest as Digest;
    if (String(file.stats.size) !== size || quick === '' || this.#hasher.quickHash(file.path) !== quick)
      return undefined;
    this.#remember(file, { quick, digest }, now);
    return digest as Digest;
  }

  #remember({ path, stats }: FoundFile, content: ContentHash, now: bigint): void {
    const facts = factsOf(stats);
    // The inode of a racy file is not stored, so that the file is compared by XXH64 the next time.
    this.#set(path, isRacy(stats, now) ? (facts.replace(/\d+$/, '') as Facts) : facts, content);
  }

  #set(path: string, facts: Facts, { quick, digest }: ContentHash): void {
    this.#entries.set(path, `${facts} ${quick} ${digest}`);
    this.#changed = true;
  }
}

function parse(text: string | undefined): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  const parts = text?.split(SEPARATOR) ?? [];
  for (let index = 0; index + 1 < parts.length; index += 2) entries.set(parts[index] ?? '', parts[index + 1] ?? '');
  return entries;
}
