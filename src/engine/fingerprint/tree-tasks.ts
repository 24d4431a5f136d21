import { type Result, success } from '../../shared/problem.ts';
import type { Beat } from './beat.ts';
import type { Digest } from './digest.ts';
import { nowInNanoseconds } from './file-facts.ts';
import { FileTable, type FileTableParts } from './file-table.ts';
import { keepListing } from './listings.ts';
import { hashFiles, select, type TreeFilter, toProblem, treeOf } from './tree.ts';
import { listingOf } from './tree-listing.ts';
import { type Links, sealOf, type Walked, walk } from './walk.ts';

/** `Walked`, as it is passed between threads. */
export interface WalkedParts extends Omit<Walked, 'table'> {
  readonly table: FileTableParts;
}

/** Finds out which files of a tree have to be read. */
export interface ScanTask {
  readonly kind: 'scan';
  /** Absolute. */
  readonly root: string;
  readonly filter: TreeFilter;
  readonly links: Links;
  /** The seal of the tree when it was last digested. */
  readonly seal?: string;
  /** The table of that time, or the file of the memory that has it. */
  readonly table?: string | FileTableParts;
  /** Tables of trees to whose files there may be hard links. */
  readonly originals: readonly FileTableParts[];
}

/** `unchanged`: the seal is unbroken, so nothing else was looked at. */
export type Scanned = 'unchanged' | ScannedTree;

export interface ScannedTree {
  readonly walked: WalkedParts;
  readonly seal: string;
  /** The files whose digests are unknown, and their total size in bytes. */
  readonly unknown: Int32Array<SharedArrayBuffer>;
  readonly bytes: number;
}

/** Hashes files. Several threads may work on the same task. */
export interface HashTask {
  readonly kind: 'hash';
  readonly root: string;
  readonly table: FileTableParts;
  readonly unknown: Int32Array<SharedArrayBuffer>;
  /** One number: how many of `unknown` some thread has taken. */
  readonly next: Int32Array<SharedArrayBuffer>;
}

/** Computes the digest of a tree from those of its files, and keeps what the next run needs. */
export interface ConcludeTask {
  readonly kind: 'conclude';
  readonly walked: WalkedParts;
  /** The file of the memory for the table. */
  readonly table?: string;
  /** The directory for the listing. */
  readonly listings?: string;
}

export interface Concluded {
  readonly digest: Digest;
  readonly bytes: number;
}

export function scan(task: ScanTask, beat: Beat): Result<Scanned> {
  try {
    const all = walk(task.root, task.links, nowInNanoseconds(), beat);
    const seal = sealOf(all);
    if (seal === task.seal) return success('unchanged');
    const walked = select(all, task.root, task.filter);
    if (!walked.ok) return walked;
    const { table } = walked.value;
    const originals = task.originals.map((parts) => new FileTable(parts));
    const different = table.adoptUnchanged(tableOf(task));
    const unknown = table.adoptLinked(different, originals);
    return success({
      walked: { ...walked.value, table: table.shared, racy: within(walked.value.racy, different) },
      seal,
      unknown: toShared(unknown),
      bytes: unknown.reduce((sum, index) => sum + table.sizeAt(index), 0),
    });
  } catch (error) {
    return toProblem(error, task.root);
  }
}

function tableOf({ table }: ScanTask): FileTable | undefined {
  return typeof table === 'object' ? new FileTable(table) : FileTable.read(table);
}

/**
 * Returns the racy files that are not known with exactly these times. Since then, their times would have changed, too, if
 * their content had: only a link to them is recent.
 */
function within(racy: readonly number[], different: readonly number[]): readonly number[] {
  if (racy.length === 0) return racy;
  const all = new Set(different);
  return racy.filter((index) => all.has(index));
}

export function hash({ root, table, unknown, next }: HashTask, beat: Beat): Result<undefined> {
  try {
    hashFiles(root, new FileTable(table), takeFrom(unknown, next), beat);
    return success(undefined);
  } catch (error) {
    return toProblem(error, root);
  }
}

function* takeFrom(unknown: Int32Array, next: Int32Array): Generator<number> {
  for (let at = Atomics.add(next, 0, 1); at < unknown.length; at = Atomics.add(next, 0, 1)) yield unknown[at] ?? 0;
}

export function conclude({ walked, table: file, listings }: ConcludeTask): Concluded {
  const table = new FileTable(walked.table);
  const tree = treeOf({ ...walked, table });
  if (listings !== undefined && tree.kind === 'directory')
    keepListing(listings, tree.digest, () => listingOf({ ...walked, table }));
  if (file !== undefined) table.write(file);
  return { digest: tree.digest, bytes: tree.bytes };
}

function toShared(numbers: readonly number[]): Int32Array<SharedArrayBuffer> {
  const shared = new Int32Array(new SharedArrayBuffer(4 * numbers.length));
  shared.set(numbers);
  return shared;
}
