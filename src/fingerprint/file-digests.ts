import { createHash } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, sep } from 'node:path';
import xxhash from 'xxhash-wasm';
import type { Digest } from './digest.ts';

/** What the file system says of a file: equal facts mean equal content, but for the racy case. */
type Facts = readonly [size: string, mtime: string, ctime: string, inode: string];

/** Facts, XXH64 of the content, SHA-256 of the content. */
type Entry = readonly [...Facts, xxh64: string, sha256: Digest];

const VERSION = 1;
const CHUNK = 1 << 20;

/**
 * The digests of files, remembered by path with size, times and inode, so that a file that has not changed is not
 * read again. A file whose facts changed is first compared by XXH64, at three times the speed of SHA-256.
 */
export class FileDigests {
  readonly #store: string;
  readonly #entries: Map<string, Entry>;
  readonly #buffer = Buffer.allocUnsafeSlow(CHUNK);
  readonly #xxhash: Awaited<ReturnType<typeof xxhash>>;
  #changed = false;

  private constructor(store: string, entries: Map<string, Entry>, hasher: Awaited<ReturnType<typeof xxhash>>) {
    this.#store = store;
    this.#entries = entries;
    this.#xxhash = hasher;
  }

  /** Opens what earlier runs remembered in the file `store`. A store that cannot be read is an empty one. */
  static async open(store: string): Promise<FileDigests> {
    let entries = new Map<string, Entry>();
    try {
      const saved: unknown = JSON.parse(readFileSync(store, 'utf8'));
      if (isSaved(saved)) entries = new Map(saved.entries);
    } catch {
      // Forgetting costs time and nothing else.
    }
    return new FileDigests(store, entries, await xxhash());
  }

  /** The digest of a regular file's content. Throws the file system's error if it can't be read. */
  of(path: string, stats: BigIntStats = statSync(path, { bigint: true })): Digest {
    const facts = factsOf(stats);
    const known = this.#entries.get(path);
    if (known !== undefined && facts.every((fact, index) => fact === known[index])) return known[5];
    const now = BigInt(Date.now()) * 1_000_000n;
    const sameSize = known !== undefined && known[0] === facts[0];
    const unchanged = sameSize && this.#quickHash(path) === known[4];
    const [quick, digest] = unchanged ? [known[4], known[5]] : this.#hash(path);
    this.#remember(path, facts, quick, digest, isRacy(stats, now));
    return digest;
  }

  /** Carries what is known of `from` over to `to`, where the file has just been moved. */
  moved(from: string, to: string): void {
    const known = this.#entries.get(from);
    this.#entries.delete(from);
    if (known === undefined) return;
    const stats = lstatSync(to, { bigint: true });
    this.#remember(to, factsOf(stats), known[4], known[5], false);
  }

  /** Forgets a file, or all files of a directory, that is about to go. */
  forget(path: string): void {
    for (const known of this.#entries.keys()) {
      if (known === path || known.startsWith(path + sep)) this.#entries.delete(known);
    }
    this.#changed = true;
  }

  /** Keeps what is known for the next run. A store that can't be written is no failure: see `open`. */
  save(): void {
    if (!this.#changed) return;
    try {
      mkdirSync(dirname(this.#store), { recursive: true });
      const temporary = `${this.#store}.${process.pid}`;
      writeFileSync(temporary, JSON.stringify({ version: VERSION, entries: [...this.#entries] }));
      renameSync(temporary, this.#store);
      this.#changed = false;
    } catch {
      // The cache may be on a read-only file system.
    }
  }

  #remember(path: string, facts: Facts, quick: string, digest: Digest, racy: boolean): void {
    // Of a racy file the inode is not kept, so that it is compared by XXH64 the next time.
    this.#entries.set(path, [facts[0], facts[1], facts[2], racy ? '' : facts[3], quick, digest]);
    this.#changed = true;
  }

  #hash(path: string): [quick: string, digest: Digest] {
    const quick = this.#xxhash.create64();
    const digest = createHash('sha256');
    this.#read(path, (chunk) => {
      quick.update(chunk);
      digest.update(chunk);
    });
    return [quick.digest().toString(16), digest.digest('hex') as Digest];
  }

  #quickHash(path: string): string {
    const quick = this.#xxhash.create64();
    this.#read(path, (chunk) => quick.update(chunk));
    return quick.digest().toString(16);
  }

  #read(path: string, use: (chunk: Uint8Array) => void): void {
    const file = openSync(path, 'r');
    try {
      for (let count = readSync(file, this.#buffer); count > 0; count = readSync(file, this.#buffer)) {
        use(this.#buffer.subarray(0, count));
      }
    } finally {
      closeSync(file);
    }
  }
}

function factsOf(stats: BigIntStats): Facts {
  return [String(stats.size), String(stats.mtimeNs), String(stats.ctimeNs), String(stats.ino)];
}

/** Git's rule: a file as young as the look at it may change again without its times showing it. */
function isRacy(stats: BigIntStats, now: bigint): boolean {
  const wholeSeconds = stats.ctimeNs % 1_000_000_000n === 0n;
  const tick = wholeSeconds ? 2_000_000_000n : 20_000_000n;
  return now - stats.ctimeNs < tick;
}

function isSaved(value: unknown): value is { version: typeof VERSION; entries: [string, Entry][] } {
  return typeof value === 'object' && value !== null && (value as { version?: unknown }).version === VERSION;
}
