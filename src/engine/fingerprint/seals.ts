import { hash } from 'node:crypto';
import { statSync } from 'node:fs';
import { type Digest, sha256 } from './digest.ts';
import type { FileDigests } from './file-digests.ts';
import { factsOf, isRacy, nowInNanoseconds } from './file-facts.ts';

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

interface Snapshot {
  readonly facts: string;
  /** The last change of the content or metadata, in nanoseconds; 0 if the path does not exist. */
  readonly changed: bigint;
  readonly racy: boolean;
}

/** Seals paths, and checks seals of earlier runs. The metadata of a path is read once: stages share most of theirs. */
export class Seals {
  readonly #digests: FileDigests;
  readonly #snapshots = new Map<string, Snapshot>();

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
  }

  #sealOf(files: readonly string[], directories: readonly string[]): string | null {
    const snapshots = [...files, ...directories].map((path) => this.#snapshot(path));
    if (snapshots.some(({ racy }) => racy)) return null;
    return hash('sha256', snapshots.map(({ facts }) => facts).join('\n'));
  }

  #contentOf(files: readonly string[], directories: readonly string[]): Digest {
    const digests = files.map((path) =>
      this.#snapshot(path).facts === ABSENT ? ABSENT : (readable(() => this.#digests.of(path)) ?? UNREADABLE),
    );
    return sha256([...digests, ...directories.map((path) => this.#snapshot(path).facts)].join('\n'));
  }

  #snapshot(path: string): Snapshot {
    const known = this.#snapshots.get(path) ?? takeSnapshot(path);
    this.#snapshots.set(path, known);
    return known;
  }
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

/** Of a directory, the modification time counts: it changes when a file is added or deleted. */
function takeSnapshot(path: string): Snapshot {
  const now = nowInNanoseconds();
  // A path below a file, or in a folder that is closed to this user, does not exist as far as Node can tell.
  const stats = readable(() => statSync(path, { bigint: true, throwIfNoEntry: false }));
  if (stats === undefined) return { facts: ABSENT, changed: 0n, racy: false };
  const facts = stats.isDirectory() ? String(stats.mtimeNs) : factsOf(stats);
  return { facts, changed: stats.ctimeNs, racy: isRacy(stats, now) };
}
