import { type Result, success } from '../../shared/problem.ts';
import { removeTree, type StoreAnswer, type StoreTask, storeTree } from '../cache/local/store-task.ts';
import { inTime } from './beat.ts';
import { FileTable } from './file-table.ts';
import { FileTables, isSmall } from './file-tables.ts';
import type { SealedTrees } from './sealed-trees.ts';
import type { Threads } from './threads.ts';
import { digestTree, EVERYTHING, type SealedTree, type Tree, type TreeFilter } from './tree.ts';
import {
  type ConcludeTask,
  conclude,
  type HashTask,
  hash,
  type Scanned,
  type ScannedTree,
  type ScanTask,
  scan,
} from './tree-tasks.ts';
import type { Links } from './walk.ts';
import { type Watch, Work } from './work.ts';

export interface DigestOptions {
  readonly filter?: TreeFilter;
  readonly links?: Links;
  /** Trees to whose files there may be hard links, as they were before the links were created. */
  readonly originals?: readonly Tree[];
  /** Whether it will soon be moved, so that nothing about it has to be remembered. */
  readonly transient?: boolean;
  /** Whether nothing writes to it any more, however recent it is. */
  readonly immutable?: boolean;
  /** The directory for listings, if this is the input of a stage. */
  readonly listings?: string;
  readonly watch?: Watch | undefined;
}

/** Listing this many files takes so long that it is not even tried on this thread. */
const MANY_FILES = 20_000;
const UNOBSERVED = () => undefined;

/**
 * Computes the digests of files and directories. Reads only what may have changed since the last time: an unbroken seal
 * says that nothing has, and the table of a large directory which of its files have not.
 *
 * What takes long is done on other threads, and rejects with the reason of their signal once that is aborted.
 */
export class Trees {
  readonly #seals: SealedTrees;
  readonly #tables: FileTables;
  readonly #threads: Threads;

  /** @param tables the directory for tables. Without one, none are kept. */
  constructor(seals: SealedTrees, tables: string | undefined, threads: Threads) {
    this.#seals = seals;
    this.#tables = new FileTables(seals, tables);
    this.#threads = threads;
  }

  /** Returns the digest of the tree at `path` (absolute). */
  of(path: string, options: DigestOptions = {}): Promise<Result<SealedTree>> {
    return observed(options.watch, async (work) => {
      const known = this.#seals.find(path, options.filter);
      const scanned = await this.#scan(path, options, known?.seal, work);
      if (!scanned.ok) return scanned;
      return scanned.value === 'unchanged' && known !== undefined
        ? success(known)
        : this.#finish(path, options, changed(scanned.value), work);
    });
  }

  /** Returns the tree at `path` (absolute) with all its files. */
  list(path: string, options: DigestOptions = {}): Promise<Result<Tree>> {
    return observed(options.watch, async (work) => {
      const known = this.#seals.find(path, options.filter);
      const files = known && this.#tables.find(path, options.filter ?? EVERYTHING);
      // A listing is kept of what has been walked.
      const seal = options.listings === undefined && files !== undefined ? known?.seal : undefined;
      const scanned = await this.#scan(path, options, seal, work);
      if (!scanned.ok) return scanned;
      return scanned.value === 'unchanged' && known !== undefined && files !== undefined
        ? success({ ...known, files })
        : this.#finish(path, options, changed(scanned.value), work);
    });
  }

  /** Returns the files of known content to which nothing writes; nothing if it would take long to find them out. */
  listed(path: string, filter: TreeFilter = EVERYTHING): Tree | undefined {
    const known = this.#seals.find(path, filter);
    if (known === undefined) return undefined;
    const files = this.#tables.find(path, filter);
    if (files !== undefined) return { ...known, files };
    const tree = isSmall(known.count, known.bytes) ? digestTree(path, filter) : undefined;
    return tree?.ok && tree.value.digest === known.digest ? tree.value : undefined;
  }

  /** Moves a tree to `to`, with read-only files. Throws errors of the file system. */
  store(from: string, to: string, { kind, digest, files, bytes }: Tree, watch?: Watch): Promise<StoreAnswer> {
    return observed(watch, async (work) => {
      work.begin({ activity: 'storing', totalFiles: files.length });
      const index = this.#tables.pathFor(to, EVERYTHING, files.length, bytes);
      const task: StoreTask = { kind: 'store', from, to, digest, table: files.shared, ...(index && { index }) };
      const stored = await (isSmall(files.length, bytes)
        ? storeTree(task, UNOBSERVED)
        : this.#threads.run(task, work.done));
      if (typeof stored === 'object')
        this.#seals.set(to, EVERYTHING, { seal: stored.seal, digest, kind, bytes, count: files.length });
      return stored;
    });
  }

  /** Calls `change`, which creates or deletes a hard link to the file at an absolute path, and keeps its digest valid. */
  whileLinking(path: string, change: () => void): void {
    this.#tables.whileLinking(path, change);
  }

  /** Keeps what is known about files to which links were created or deleted, for the next run. */
  save(): void {
    this.#tables.save();
  }

  /** Deletes a tree. Throws errors of the file system. */
  async remove(path: string, { files, bytes }: Tree): Promise<void> {
    if (isSmall(files.length, bytes)) removeTree({ kind: 'remove', path });
    else await this.#threads.run({ kind: 'remove', path }, new Work(undefined).done);
  }

  /** `seal`: with which the tree counts as unchanged. */
  async #scan(
    root: string,
    { filter = EVERYTHING, links = 'followed', originals = [] }: DigestOptions,
    seal: string | undefined,
    work: Work,
  ): Promise<Result<Scanned>> {
    const known = this.#seals.find(root, filter);
    const table = this.#tables.locate(root, filter);
    const task: ScanTask = {
      ...{ kind: 'scan', root, filter, links },
      ...(seal !== undefined && { seal }),
      ...(table !== undefined && { table }),
      originals: originals.map(({ files }) => files.shared),
    };
    this.#threads.signal.throwIfAborted();
    if (known === undefined || known.count < MANY_FILES) {
      const scanned = inTime((beat) => scan(task, beat));
      if (scanned !== 'too-long') return scanned;
    }
    work.begin({ activity: 'listing' });
    return this.#threads.run(task, work.done);
  }

  /** Hashes what has to be read, computes the digest, and remembers it. */
  async #finish(
    root: string,
    { filter = EVERYTHING, listings, immutable = false, transient = false }: DigestOptions,
    { walked: found, seal, unknown, bytes }: ScannedTree,
    work: Work,
  ): Promise<Result<Tree>> {
    const walked = immutable ? { ...found, racy: [] } : found;
    const hashed = await this.#hash({ root, table: walked.table, unknown }, bytes, work);
    if (!hashed.ok) return hashed;
    const files = new FileTable(walked.table);
    if (!transient) files.forget(walked.racy);
    const index = transient ? undefined : this.#tables.pathFor(root, filter, files.length, files.bytes);
    const task: ConcludeTask = {
      kind: 'conclude',
      walked,
      ...(index && { table: index }),
      ...(listings && { listings }),
    };
    const concluded = await (files.length <= MANY_FILES ? conclude(task) : this.#threads.run(task, work.done));
    const { kind } = walked;
    const count = files.length;
    if (!transient) this.#tables.renew(root, filter, files);
    // Content that must not have links is never sealed with one.
    if (walked.racy.length === 0 && !transient && walked.odd === undefined)
      this.#seals.set(root, filter, { ...concluded, kind, seal, count });
    else this.#seals.delete(root, filter);
    return success({ ...concluded, kind, files, ...(walked.odd !== undefined && { odd: walked.odd }) });
  }

  async #hash(
    { root, table, unknown }: Pick<HashTask, 'root' | 'table' | 'unknown'>,
    bytes: number,
    work: Work,
  ): Promise<Result<undefined>> {
    const task = (): HashTask => {
      const next = new Int32Array(new SharedArrayBuffer(4));
      return { kind: 'hash', root, table, unknown, next };
    };
    if (isSmall(unknown.length, bytes)) {
      const hashed = inTime((beat) => hash(task(), beat));
      if (hashed !== 'too-long') return hashed;
    }
    work.begin({ activity: 'hashing', totalFiles: unknown.length, totalBytes: bytes });
    const shared = task();
    const threads = Array.from({ length: Math.min(unknown.length, this.#threads.parallel) });
    const parts = await Promise.all(threads.map(() => this.#threads.run(shared, work.done)));
    return parts.find((part) => !part.ok) ?? success(undefined);
  }
}

function changed(scanned: Scanned): ScannedTree {
  if (scanned === 'unchanged') throw new Error('a tree without a seal cannot be unchanged');
  return scanned;
}

async function observed<Value>(watch: Watch | undefined, action: (work: Work) => Promise<Value>): Promise<Value> {
  const work = new Work(watch);
  try {
    return await action(work);
  } finally {
    work.end();
  }
}
