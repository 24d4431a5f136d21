import { type BigIntStats, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FileDigests } from './file-digests.ts';
import { factsOf, isSameFile } from './file-facts.ts';
import type { SealedTrees } from './sealed-trees.ts';
import { digestTree, identityOf, type Tree } from './tree.ts';

interface KnownFile {
  readonly path: string;
  readonly stats: BigIntStats;
}

/**
 * Keeps the digests of files valid while hard links to them are created. A hard link is the same file by another name,
 * so its digest is known. Creating it changes the ctime of the file, by which the file is otherwise recognised.
 */
export class LinkedFiles {
  readonly #files: FileDigests;
  readonly #trees: SealedTrees;
  readonly #originals: readonly { readonly root: string; readonly tree: Tree }[];
  readonly #known: ReadonlyMap<string, KnownFile>;

  /** `roots`: absolute paths of contents in a cache. */
  constructor(roots: readonly string[], files: FileDigests, trees: SealedTrees) {
    this.#files = files;
    this.#trees = trees;
    this.#originals = roots.flatMap((root) => {
      const tree = digestTree(root, files);
      return tree.ok ? [{ root, tree: tree.value }] : [];
    });
    const known = this.#originals.flatMap(({ root }) => filesAt(root));
    this.#known = new Map(known.map((file) => [identityOf(file.stats), file]));
  }

  /** Registers the digests of all hard links below `path` to the known files. */
  adopt(path: string): void {
    for (const file of filesAt(path)) {
      const original = file.stats.nlink > 1n ? this.#known.get(identityOf(file.stats)) : undefined;
      if (original !== undefined && isSameFile(original.stats, file.stats))
        this.#files.linked(original.path, file.path);
    }
  }

  /** Updates the metadata of the original files, once no more links are created or deleted. */
  settle(): void {
    for (const { root, tree } of this.#originals) {
      const touched = filesAt(root).filter(({ stats }) => this.#isTouched(stats));
      if (touched.length === 0) continue;
      for (const { path } of touched) this.#files.linked(path, path);
      const now = digestTree(root, this.#files);
      if (now.ok && now.value.digest === tree.digest) this.#trees.seal(root, tree);
    }
  }

  #isTouched(stats: BigIntStats): boolean {
    const before = this.#known.get(identityOf(stats))?.stats;
    return before !== undefined && isSameFile(before, stats) && factsOf(before) !== factsOf(stats);
  }
}

function filesAt(path: string): KnownFile[] {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats?.isDirectory()) return readdirSync(path).flatMap((name) => filesAt(join(path, name)));
  return stats?.isFile() ? [{ path, stats }] : [];
}
