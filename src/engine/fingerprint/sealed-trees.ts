import { existsSync } from 'node:fs';
import { type Result, success } from '../../shared/problem.ts';
import { sha256 } from './digest.ts';
import { nowInNanoseconds } from './file-facts.ts';
import { readIndexFile, writeIndexFile } from './index-file.ts';
import { digestTree, EVERYTHING, isOpen, type SealedTree, type TreeFilter } from './tree.ts';
import { sealOf, walk } from './walk.ts';

/** The digest of a tree, valid while its seal is unbroken. */
export interface Sealed extends SealedTree {
  /** Digest of the names, sizes, times and inodes of all entries of the tree. */
  readonly seal: string;
  /** The number of files. */
  readonly count: number;
}

const KIND = 'sealed-trees-2';

/**
 * Remembers the digests of trees, each with a seal over the metadata of every entry. While the seal is unbroken, the
 * content is unchanged, and no file has to be read.
 */
export class SealedTrees {
  readonly #store: string | undefined;
  readonly #now: () => bigint;
  readonly #sealed: Map<string, Sealed>;
  readonly #used = new Set<string>();
  /** The filters of the trees that have been sealed at a path. */
  readonly #filters = new Map<string, TreeFilter[]>();
  #changed = false;

  /** `store`: the file in which the seals are kept for the next run, if they are; `now`: a clock in nanoseconds. */
  constructor(store?: string, now: () => bigint = nowInNanoseconds) {
    this.#store = store;
    this.#now = now;
    this.#sealed = new Map(JSON.parse(readIndexFile(store, KIND) ?? '[]') as []);
    for (const id of this.#sealed.keys()) this.#addFilter(id);
  }

  /** Returns the digest of the tree at `path` when it was last sealed. */
  find(path: string, filter: TreeFilter = EVERYTHING): Sealed | undefined {
    const id = idOf(path, filter);
    const known = this.#sealed.get(id);
    if (known !== undefined) this.#used.add(id);
    return known;
  }

  /** Seals a tree with known content. */
  set(path: string, filter: TreeFilter, { seal, digest, kind, bytes, count }: Sealed): void {
    const id = idOf(path, filter);
    this.#used.add(id);
    if (this.#sealed.get(id)?.seal === seal) return;
    if (!this.#sealed.has(id)) this.#addFilter(id);
    this.#sealed.set(id, { seal, digest, kind, bytes, count });
    this.#changed = true;
  }

  /** Returns the filters of the sealed trees at a path. */
  filtersAt(path: string): readonly TreeFilter[] {
    return this.#filters.get(path)?.filter((filter) => this.#sealed.has(idOf(path, filter))) ?? [];
  }

  /** The names under which tables of the sealed trees are kept. */
  tableNames(): ReadonlySet<string> {
    return new Set([...this.#sealed.keys()].map((id) => sha256(id)));
  }

  delete(path: string, filter: TreeFilter = EVERYTHING): void {
    if (this.#sealed.delete(idOf(path, filter))) this.#changed = true;
  }

  /** Returns the tree at `path`, on this thread and at once: for what is small. Reads it only if its seal is broken. */
  of(path: string): Result<SealedTree> {
    const known = this.find(path);
    const walked = walkQuietly(path, this.#now());
    const seal = walked && sealOf(walked);
    if (known !== undefined && known.seal === seal) return success(known);
    const tree = digestTree(path);
    if (!tree.ok || seal === undefined || walked === undefined || walked.racy.length > 0) this.delete(path);
    else this.set(path, EVERYTHING, { ...tree.value, seal, count: walked.table.length });
    return tree;
  }

  #addFilter(id: string): void {
    const [path = '', filter] = id.split('\0');
    const [include, exclude] = filter === undefined ? [[], []] : (JSON.parse(filter) as [string[], string[]]);
    const filters = this.#filters.get(path);
    if (filters === undefined) this.#filters.set(path, [{ include, exclude }]);
    else if (!filters.some((known) => idOf(path, known) === id)) filters.push({ include, exclude });
  }

  save(): void {
    if (!this.#changed) return;
    const kept = [...this.#sealed].filter(([id]) => this.#used.has(id) || existsSync(pathOf(id)));
    writeIndexFile(this.#store, KIND, JSON.stringify(kept));
    this.#changed = false;
  }
}

/** Identifies a tree with its filter. */
export function idOf(path: string, filter: TreeFilter): string {
  return isOpen(filter) ? path : [path, JSON.stringify([filter.include, filter.exclude])].join('\0');
}

function pathOf(id: string): string {
  return id.split('\0', 1)[0] ?? '';
}

/** Returns nothing if an entry is inaccessible; `digestTree` then reports it. */
function walkQuietly(path: string, now: bigint) {
  try {
    return walk(path, 'followed', now, () => undefined);
  } catch {
    return undefined;
  }
}
