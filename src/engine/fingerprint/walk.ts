import { createHash } from 'node:crypto';
import { type BigIntStats, lstatSync, readdirSync, statSync } from 'node:fs';
import type { Beat } from './beat.ts';
import { isRacy } from './file-facts.ts';
import { allocateDigests, allocateEnds, bufferOf } from './file-list.ts';
import { allocateFacts, FACT, FACTS, FileTable } from './file-table.ts';

/** Whether symbolic links are followed, or are entries themselves: in the cache, nothing would move their targets. */
export type Links = 'followed' | 'kept';

/** Everything below a path, with its metadata. */
export interface Walked {
  readonly kind: 'file' | 'directory';
  /** All files. The digests are still to be filled in. */
  readonly table: FileTable;
  /** The files that were modified so recently that they may change again without a change of their times. */
  readonly racy: readonly number[];
  /** Relative paths, sorted. */
  readonly emptyDirectories: readonly string[];
  /** Symbolic links to nothing and, with `kept`, all symbolic links. Relative paths, sorted. */
  readonly links: readonly string[];
  /** With `kept`, the first entry that is neither a file nor a directory. */
  readonly odd?: string;
  /** Sockets, pipes and devices. Relative paths, sorted. */
  readonly others: readonly string[];
}

/** Lists a file, or a directory with all its content. Throws the error of the file system if something is unreadable. */
export function walk(root: string, links: Links, now: bigint, beat: Beat): Walked {
  return new Walk(root, links, now, beat).result();
}

/** Returns the digest of all metadata. While it stays the same, so does the content. */
export function sealOf({ kind, table, emptyDirectories, links, others }: Walked): string {
  const seal = createHash('sha256').update(JSON.stringify([kind, emptyDirectories, links, others]));
  for (const part of [table.parts.names, table.parts.ends, table.facts]) seal.update(part);
  return seal.digest('hex');
}

/** The files that fit into a table when a walk begins. It grows as needed. */
const FIRST_CAPACITY = 64;

/** A directory that is still to be visited. */
interface Waiting {
  readonly key: string;
  readonly path: string;
  readonly stats: BigIntStats;
}

class Walk {
  readonly #root: string;
  readonly #links: Links;
  readonly #now: bigint;
  readonly #beat: Beat;
  #names = bufferOf(FIRST_CAPACITY * 32);
  #ends = allocateEnds(FIRST_CAPACITY);
  #facts = allocateFacts(FIRST_CAPACITY);
  #count = 0;
  #end = 0;
  readonly #racy: number[] = [];
  readonly #emptyDirectories: string[] = [];
  readonly #dangling: string[] = [];
  readonly #others: string[] = [];

  constructor(root: string, links: Links, now: bigint, beat: Beat) {
    this.#root = root;
    this.#links = links;
    this.#now = now;
    this.#beat = beat;
  }

  result(): Walked {
    const stats =
      this.#links === 'kept' ? lstatSync(this.#root, { bigint: true }) : statSync(this.#root, { bigint: true });
    if (stats.isDirectory()) this.#visit('', stats, []);
    else this.#add('', stats);
    const odd = this.#links === 'kept' ? (this.#dangling[0] ?? this.#others[0]) : undefined;
    return {
      kind: stats.isDirectory() ? 'directory' : 'file',
      table: this.#table(),
      racy: this.#racy,
      emptyDirectories: this.#emptyDirectories,
      links: this.#dangling,
      others: this.#others,
      ...(odd !== undefined && { odd }),
    };
  }

  #visit(folder: string, stats: BigIntStats, above: readonly string[]): void {
    const identity = identityOf(stats);
    // A symbolic link to an ancestor would recurse endlessly; its content is counted there already.
    if (above.includes(identity)) return;
    const names = readdirSync(this.#pathOf(folder));
    if (names.length === 0 && folder !== '') this.#emptyDirectories.push(folder);
    let directories: Waiting[] = [];
    // A directory is visited where the paths of its files belong among its siblings: `a/x` comes after `a-b`.
    const visitBefore = (name: string | undefined): void => {
      const isDue = ({ key }: Waiting) => name === undefined || key < name;
      const due = directories.filter(isDue).sort((a, b) => (a.key < b.key ? -1 : 1));
      if (due.length === 0) return;
      directories = directories.filter((directory) => !isDue(directory));
      for (const { path, stats: inner } of due) this.#visit(path, inner, [...above, identity]);
    };
    for (const name of names.sort()) {
      this.#beat(1, 0);
      if (directories.length > 0) visitBefore(name);
      const path = folder === '' ? name : `${folder}/${name}`;
      const entry = this.#statsOf(this.#pathOf(path));
      if (entry?.isDirectory()) directories.push({ key: `${name}/`, path, stats: entry });
      else this.#add(path, entry);
    }
    visitBefore(undefined);
  }

  #statsOf(path: string): BigIntStats | undefined {
    return this.#links === 'kept'
      ? lstatSync(path, { bigint: true })
      : statSync(path, { bigint: true, throwIfNoEntry: false });
  }

  #add(path: string, stats: BigIntStats | undefined): void {
    if (stats === undefined || stats.isSymbolicLink()) this.#dangling.push(path);
    else if (stats.isFile()) this.#addFile(path, stats);
    else this.#others.push(path);
  }

  #addFile(path: string, stats: BigIntStats): void {
    this.#grow(path.length);
    if (isRacy(stats, this.#now)) this.#racy.push(this.#count);
    this.#end += this.#names.write(path, this.#end);
    const facts = this.#count * FACTS;
    this.#facts[facts + FACT.size] = stats.size;
    this.#facts[facts + FACT.modified] = stats.mtimeNs;
    this.#facts[facts + FACT.changed] = stats.ctimeNs;
    this.#facts[facts + FACT.inode] = BigInt.asIntN(64, stats.ino);
    this.#ends[this.#count++] = this.#end;
  }

  /** `length`: of the next path, in UTF-16 units. */
  #grow(length: number): void {
    if (this.#end + 3 * length > this.#names.length) {
      const names = bufferOf(2 * (this.#names.length + 3 * length));
      this.#names.copy(names, 0, 0, this.#end);
      this.#names = names;
    }
    if (this.#count < this.#ends.length) return;
    const [ends, facts] = [allocateEnds(2 * this.#count), allocateFacts(2 * this.#count)];
    ends.set(this.#ends);
    facts.set(this.#facts);
    this.#ends = ends;
    this.#facts = facts;
  }

  #table(): FileTable {
    const list = {
      names: this.#names.subarray(0, this.#end),
      ends: this.#ends.subarray(0, this.#count),
      digests: allocateDigests(this.#count),
    };
    return new FileTable({ list, facts: this.#facts.subarray(0, this.#count * FACTS) });
  }

  #pathOf(relative: string): string {
    return relative === '' ? this.#root : `${this.#root}/${relative}`;
  }
}

/** Returns the identity of a file or directory, independent of the path by which it is reached. */
function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}
