import { hash } from 'node:crypto';
import { type BigIntStats, existsSync, readdirSync, statSync } from 'node:fs';
import { failure, type Result, success } from '../../shared/problem.ts';
import type { FileDigests } from './file-digests.ts';
import { isRacy, nowInNanoseconds } from './file-facts.ts';
import { readIndexFile, writeIndexFile } from './index-file.ts';
import { digestTree, identityOf, type Tree, type TreeFilter } from './tree.ts';

/** The digest of a tree, valid while its seal is unbroken. */
export type SealedTree = Pick<Tree, 'digest' | 'kind' | 'bytes'>;

/** A tree that may have changed since it was last digested. */
export interface BrokenSeal {
  digest(files: FileDigests): Result<Tree>;
}

interface Snapshot {
  /** Digest of the names, sizes, times and inodes of all entries of the tree. */
  readonly seal: string;
  /** Whether an entry was modified so recently that it may change again without a change of its times. */
  readonly racy: boolean;
}

const KIND = 'sealed-trees-1';
const EVERYTHING: TreeFilter = { include: [], exclude: [] };

/**
 * Remembers the digests of trees, each with a seal over the metadata of every entry. While the seal is unbroken, the
 * content is unchanged, and no file has to be read.
 */
export class SealedTrees {
  readonly #store: string | undefined;
  readonly #now: () => bigint;
  readonly #sealed: Map<string, SealedTree & { readonly seal: string }>;
  readonly #used = new Set<string>();
  #changed = false;

  /** `store`: the file in which the seals are kept for the next run, if they are; `now`: a clock in nanoseconds. */
  constructor(store?: string, now: () => bigint = nowInNanoseconds) {
    this.#store = store;
    this.#now = now;
    this.#sealed = new Map(JSON.parse(readIndexFile(store, KIND) ?? '[]') as []);
  }

  /** Returns the tree at `path` if its seal is unbroken; otherwise fails with a way to digest it. */
  check(path: string, filter: TreeFilter = EVERYTHING): Result<SealedTree, BrokenSeal> {
    const snapshot = takeSnapshot(path, this.#now());
    const known = this.#sealed.get(idOf(path, filter));
    if (known !== undefined && known.seal === snapshot?.seal) {
      this.#used.add(idOf(path, filter));
      return success(known);
    }
    return failure({
      digest: (files) => {
        const tree = digestTree(path, files, filter);
        if (tree.ok && snapshot !== undefined && !snapshot.racy) this.#set(path, filter, snapshot.seal, tree.value);
        else if (this.#sealed.delete(idOf(path, filter))) this.#changed = true;
        return tree;
      },
    });
  }

  /** Returns the tree at `path`. Digests its files only if the seal is broken. */
  of(path: string, files: FileDigests, filter: TreeFilter = EVERYTHING): Result<SealedTree> {
    const checked = this.check(path, filter);
    return checked.ok ? checked : checked.failure.digest(files);
  }

  /** Seals a tree with known content to which nothing writes any more, however recent it is. */
  seal(path: string, tree: SealedTree): void {
    const snapshot = takeSnapshot(path, this.#now());
    if (snapshot !== undefined) this.#set(path, EVERYTHING, snapshot.seal, tree);
  }

  save(): void {
    if (!this.#changed) return;
    const kept = [...this.#sealed].filter(([id]) => this.#used.has(id) || existsSync(pathOf(id)));
    writeIndexFile(this.#store, KIND, JSON.stringify(kept));
    this.#changed = false;
  }

  #set(path: string, filter: TreeFilter, seal: string, { digest, kind, bytes }: SealedTree): void {
    this.#sealed.set(idOf(path, filter), { seal, digest, kind, bytes });
    this.#used.add(idOf(path, filter));
    this.#changed = true;
  }
}

function idOf(path: string, { include, exclude }: TreeFilter): string {
  return include.length === 0 && exclude.length === 0 ? path : [path, JSON.stringify([include, exclude])].join('\0');
}

function pathOf(id: string): string {
  return id.split('\0', 1)[0] ?? '';
}

/** Returns nothing if an entry is inaccessible; `digestTree` then reports it. */
function takeSnapshot(root: string, now: bigint): Snapshot | undefined {
  const names: string[] = [];
  const facts: bigint[] = [];
  let racy = false;
  const add = (name: string, stats: BigIntStats): void => {
    names.push(name);
    facts.push(stats.size, stats.mtimeNs, stats.ctimeNs, stats.ino);
    racy ||= isRacy(stats, now);
  };
  const visit = (directory: string, above: readonly string[]): void => {
    for (const name of readdirSync(directory)) {
      const path = `${directory}/${name}`;
      const stats = statSync(path, { bigint: true });
      if (!stats.isDirectory()) add(name, stats);
      else if (!above.includes(identityOf(stats))) {
        // The metadata of a directory itself does not count, only its entries.
        names.push(`${name}/`);
        visit(path, [...above, identityOf(stats)]);
        names.push('/');
      }
    }
  };
  try {
    const stats = statSync(root, { bigint: true });
    if (stats.isDirectory()) visit(root, [identityOf(stats)]);
    else add('', stats);
  } catch {
    return undefined;
  }
  const sealed = Buffer.concat([Buffer.from(names.join('\0')), Buffer.from(BigUint64Array.from(facts).buffer)]);
  return { seal: hash('sha256', sealed), racy };
}
