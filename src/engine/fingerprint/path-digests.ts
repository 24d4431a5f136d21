import type { Result } from '../../shared/problem.ts';
import type { FileDigests } from './file-digests.ts';
import type { SealedTree, SealedTrees } from './sealed-trees.ts';
import { digestTree, type Tree, type TreeFilter } from './tree.ts';

/** A file or directory from outside. */
export interface FilteredPath extends TreeFilter {
  /** Absolute. */
  readonly path: string;
}

/** Digests inputs from outside, reading only what may have changed since it was last digested. */
export class PathDigests {
  readonly #files: FileDigests;
  readonly #trees: SealedTrees;

  constructor(files: FileDigests, trees: SealedTrees) {
    this.#files = files;
    this.#trees = trees;
  }

  /** `onRead` is told of a tree that had to be looked into. */
  async digest(input: FilteredPath, onRead: (tree: Tree) => void = () => undefined): Promise<Result<SealedTree>> {
    const checked = this.#trees.check(input.path, input);
    if (checked.ok) return checked;
    await this.#files.prepare();
    const tree = checked.failure.digest(this.#files);
    if (tree.ok) onRead(tree.value);
    return tree;
  }

  /** The files of a tree that was digested before: only what has changed since is read. */
  list(input: FilteredPath): Tree | undefined {
    const tree = digestTree(input.path, this.#files, input);
    return tree.ok ? tree.value : undefined;
  }
}
