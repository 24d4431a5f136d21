import type { Result } from '../../shared/problem.ts';
import type { FileDigests } from './file-digests.ts';
import type { SealedTree, SealedTrees } from './sealed-trees.ts';
import { digestTree, type Tree, type TreeFilter } from './tree.ts';

/** An input path, with the filter for its files. */
export interface FilteredPath extends TreeFilter {
  /** Absolute. */
  readonly path: string;
}

/** Computes the digests of input paths. Reads only what may have changed since the last time. */
export class PathDigests {
  readonly #files: FileDigests;
  readonly #trees: SealedTrees;

  constructor(files: FileDigests, trees: SealedTrees) {
    this.#files = files;
    this.#trees = trees;
  }

  /** Returns the digest of an input. Calls `onRead` with its tree if its files had to be read. */
  async digest(input: FilteredPath, onRead: (tree: Tree) => void = () => undefined): Promise<Result<SealedTree>> {
    const checked = this.#trees.check(input.path, input);
    if (checked.ok) return checked;
    await this.#files.prepare();
    const tree = checked.failure.digest(this.#files);
    if (tree.ok) onRead(tree.value);
    return tree;
  }

  /** Lists the files of an input that was digested before. Reads only what has changed since. */
  list(input: FilteredPath): Tree | undefined {
    const tree = digestTree(input.path, this.#files, input);
    return tree.ok ? tree.value : undefined;
  }

  /** Calls `change`, which creates or deletes a hard link to a file of an input, and keeps its digest valid. */
  whileLinking(path: string, change: () => void): void {
    this.#files.whileLinking(path, change);
  }
}
