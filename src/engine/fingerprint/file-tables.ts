import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inTime } from './beat.ts';
import { sha256 } from './digest.ts';
import { isSameFile } from './file-facts.ts';
import { FileTable, type FileTableParts } from './file-table.ts';
import { idOf, type SealedTrees } from './sealed-trees.ts';
import { readSealed, type TreeFilter } from './tree.ts';

interface LinkedTable {
  readonly path: string;
  readonly filter: TreeFilter;
  /** Nothing if the files of the tree are not known. */
  table: FileTable | undefined;
  isChanged: boolean;
}

interface Place {
  readonly linked: LinkedTable;
  readonly table: FileTable;
  readonly index: number;
}

/** Up to these sizes, reading all files of a tree again takes no longer than reading its table or starting a thread. */
const SMALL = { files: 500, bytes: 16 << 20 };

export function isSmall(files: number, bytes: number): boolean {
  return files <= SMALL.files && bytes <= SMALL.bytes;
}

/**
 * Keeps tables of the files of trees for the next run. Keeps them valid while this process creates and deletes hard links
 * to the files: that changes the ctime of a file, by which it is recognised, but not its content.
 */
export class FileTables {
  readonly #seals: SealedTrees;
  readonly #directory: string | undefined;
  /** The trees at a path to whose files links were created or deleted, by the id of the tree. */
  readonly #linked = new Map<string, Map<string, LinkedTable>>();

  /** `directory`: where tables are kept; without it, they are not. */
  constructor(seals: SealedTrees, directory: string | undefined) {
    this.#seals = seals;
    this.#directory = directory;
  }

  /** Returns the files of a tree with the metadata by which they are known. */
  find(path: string, filter: TreeFilter): FileTable | undefined {
    const file = this.#pathOf(path, filter);
    return this.#linkedTo(path, filter)?.table ?? (file === undefined ? undefined : FileTable.read(file));
  }

  /** Returns the table of a tree, or the path from which another thread can read it. */
  locate(path: string, filter: TreeFilter): FileTableParts | string | undefined {
    return this.#linkedTo(path, filter)?.table?.shared ?? this.#pathOf(path, filter);
  }

  /** Returns where the table of a tree is to be kept; nothing for a small tree. */
  pathFor(path: string, filter: TreeFilter, count: number, bytes: number): string | undefined {
    return count < 2 || isSmall(count, bytes) ? undefined : this.#pathOf(path, filter);
  }

  /** Calls `change`, which creates or deletes a hard link to the file at `path` (absolute). */
  whileLinking(path: string, change: () => void): void {
    const places = this.#placesOf(path);
    const before = places.length === 0 ? undefined : statSync(path, { bigint: true, throwIfNoEntry: false });
    change();
    if (before === undefined) return;
    // A file that was racy or had changed before is read again.
    const known = places.filter(({ table, index }) => table.isUnchanged(index, before));
    if (known.length === 0) return;
    const after = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (after === undefined || !isSameFile(before, after)) return;
    for (const { linked, table, index } of known) {
      table.setChanged(index, after.ctimeNs);
      linked.isChanged = true;
    }
  }

  /** Takes over the table of a tree that has just been digested. */
  renew(path: string, filter: TreeFilter, table: FileTable): void {
    const linked = this.#linkedTo(path, filter);
    if (linked !== undefined) Object.assign(linked, { table, isChanged: false });
  }

  /** Writes the tables that have changed and not been renewed since. */
  save(): void {
    for (const tables of this.#linked.values()) {
      for (const { path, filter, table, isChanged } of tables.values()) {
        const file = isChanged && table ? this.pathFor(path, filter, table.length, table.bytes) : undefined;
        if (file !== undefined) table?.write(file);
      }
    }
  }

  /** Returns where a file is in the tables of all known trees that have it. */
  #placesOf(path: string): Place[] {
    const places: Place[] = [];
    for (let root = path, below = ''; ; root = dirname(root), below = path.slice(root.length + 1)) {
      for (const linked of this.#tablesAt(root)) {
        const index = linked.table?.indexOf(below) ?? -1;
        if (linked.table !== undefined && index !== -1) places.push({ linked, table: linked.table, index });
      }
      if (dirname(root) === root) return places;
    }
  }

  #tablesAt(root: string): Iterable<LinkedTable> {
    const filters = this.#seals.filtersAt(root);
    const known = this.#linked.get(root) ?? new Map<string, LinkedTable>();
    if (filters.length > 0) this.#linked.set(root, known);
    for (const filter of filters) {
      const id = idOf(root, filter);
      if (!known.has(id)) known.set(id, { path: root, filter, table: this.#read(root, filter), isChanged: false });
    }
    return known.values();
  }

  #linkedTo(path: string, filter: TreeFilter): LinkedTable | undefined {
    return this.#linked.get(path)?.get(idOf(path, filter));
  }

  /** Returns the files of a sealed tree. Reads a small tree if its seal is unbroken. */
  #read(path: string, filter: TreeFilter): FileTable | undefined {
    const known = this.#seals.find(path, filter);
    if (known === undefined) return undefined;
    if (!isSmall(known.count, known.bytes)) return this.find(path, filter);
    const read = inTime((beat) => readSealed(path, filter, known.seal, beat));
    return read !== 'too-long' && read?.digest === known.digest ? read.files : undefined;
  }

  #pathOf(path: string, filter: TreeFilter): string | undefined {
    return this.#directory && join(this.#directory, sha256(idOf(path, filter)));
  }
}
