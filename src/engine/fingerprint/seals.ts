import { hash } from 'node:crypto';
import { type BigIntStats, statSync } from 'node:fs';
import { type Digest, sha256 } from './digest.ts';
import type { FileDigests } from './file-digests.ts';
import { isRacy, nowInNanoseconds } from './file-facts.ts';

/** Paths that determine something: files by content or absence, and directories by what is added to or deleted from them. */
export interface Watched {
  /** Absolute paths of files, existing or not. */
  readonly files: readonly string[];
  readonly directories: readonly string[];
}

/** Watched paths as they were when something was derived from them. */
export interface Sealed extends Watched {
  /** Digest of the metadata of the paths. While it is unchanged, so are they. Null if one was modified too recently. */
  readonly seal: string | null;
  /** Digest of the content of the files and the times of the directories. While it is unchanged, so are the paths. */
  readonly content: Digest;
}

const ABSENT = 'absent';
const UNREADABLE = 'unreadable';

/** The metadata of a path. As numbers, because making texts of them would take as long as reading them. */
interface Snapshot {
  readonly exists: boolean;
  readonly size: bigint;
  readonly modified: bigint;
  /** The last change of the content or metadata, in nanoseconds. */
  readonly changed: bigint;
  readonly inode: bigint;
  readonly racy: boolean;
}

const NOTHING: Snapshot = { exists: false, size: 0n, modified: 0n, changed: 0n, inode: 0n, racy: false };

/** Seals paths, and checks seals of earlier runs. The metadata of a path is read once: stages share most of theirs. */
export class Seals {
  readonly #digests: FileDigests;
  readonly #snapshots = new Map<string, Snapshot>();
  /** When the first of the snapshots was taken, or earlier. */
  #now = nowInNanoseconds();

  constructor(digests: FileDigests) {
    this.#digests = digests;
  }

  seal({ files, directories }: Watched): Sealed {
    return { files, directories, seal: this.#sealOf(files, directories), content: this.#contentOf(files, directories) };
  }

  /** Returns the same or a renewed seal if the paths are unchanged. Reads files only if their metadata has changed. */
  check(sealed: Sealed): Sealed | undefined {
    const { files, directories, seal, content } = sealed;
    if (seal !== null && this.#sealOf(files, directories) === seal) return sealed;
    return this.#contentOf(files, directories) === content ? this.seal(sealed) : undefined;
  }

  /** Returns whether none of the paths has changed since `time`, in nanoseconds. */
  areOlder({ files, directories }: Watched, time: bigint): boolean {
    return [...files, ...directories].every((path) => this.#snapshot(path).changed < time);
  }

  /** Forgets the metadata of all paths, after files have been read anew. */
  clear(): void {
    this.#snapshots.clear();
    this.#now = nowInNanoseconds();
  }

  #sealOf(files: readonly string[], directories: readonly string[]): string | null {
    const numbers = new BigUint64Array(4 * files.length + directories.length);
    let next = 0;
    let racy = false;
    for (const path of files) {
      const snapshot = this.#snapshot(path);
      numbers[next++] = snapshot.size;
      numbers[next++] = snapshot.modified;
      numbers[next++] = snapshot.changed;
      numbers[next++] = snapshot.inode;
      racy ||= snapshot.racy;
    }
    for (const path of directories) {
      const snapshot = this.#snapshot(path);
      numbers[next++] = snapshot.modified;
      racy ||= snapshot.racy;
    }
    return racy ? null : hash('sha256', Buffer.from(numbers.buffer));
  }

  #contentOf(files: readonly string[], directories: readonly string[]): Digest {
    const digests = files.map((path) =>
      this.#snapshot(path).exists ? (readable(() => this.#digests.of(path)) ?? UNREADABLE) : ABSENT,
    );
    return sha256([...digests, ...directories.map((path) => this.#snapshot(path).modified)].join('\n'));
  }

  #snapshot(path: string): Snapshot {
    const known = this.#snapshots.get(path);
    if (known !== undefined) return known;
    // A path below a file, or in a folder that is closed to this user, does not exist as far as Node can tell.
    const stats = readable(() => statSync(path, { bigint: true, throwIfNoEntry: false }));
    const taken = stats === undefined ? NOTHING : toSnapshot(stats, this.#now);
    this.#snapshots.set(path, taken);
    return taken;
  }
}

function toSnapshot(stats: BigIntStats, now: bigint): Snapshot {
  const { size, mtimeNs: modified, ctimeNs: changed, ino: inode } = stats;
  return { exists: true, size, modified, changed, inode, racy: isRacy(stats, now) };
}

/** Returns what `read` returns, or undefined if the file system refuses. */
export function readable<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}
