import type { Tree } from './tree.ts';
import type { Trees } from './trees.ts';

/**
 * Keeps the digests of files valid while hard links to them are created. A hard link is the same file by another name,
 * so its digest is known. Creating it changes the ctime of the file, by which the file is otherwise recognised.
 */
export class LinkedFiles {
  readonly #trees: Trees;
  readonly #roots: ReadonlyMap<string, Tree>;

  private constructor(trees: Trees, roots: ReadonlyMap<string, Tree>) {
    this.#trees = trees;
    this.#roots = roots;
  }

  /** `roots`: absolute paths of contents in a cache. */
  static async in(roots: readonly string[], trees: Trees): Promise<LinkedFiles> {
    const found = new Map<string, Tree>();
    for (const root of roots) {
      const tree = await trees.list(root, { immutable: true });
      if (tree.ok) found.set(root, tree.value);
    }
    return new LinkedFiles(trees, found);
  }

  /** The contents as they were before links were created. */
  get originals(): readonly Tree[] {
    return [...this.#roots.values()];
  }

  /** Updates the metadata of the original files, once no more links are created or deleted. */
  async settle(): Promise<void> {
    for (const [root, tree] of this.#roots) await this.#trees.of(root, { originals: [tree], immutable: true });
  }
}
