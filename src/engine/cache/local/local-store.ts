import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { flushDirectory, temporaryFor, writeAtomically } from '../../../shared/atomic-write.ts';
import { namesIn } from '../../../shared/files.ts';
import { readNumbers } from '../../../shared/non-finite.ts';
import { areUnlinked, statsOf } from '../../../shared/paths-below.ts';
import { type Result, success } from '../../../shared/problem.ts';
import { type ActionKey, type Digest, isDigest } from '../../fingerprint/digest.ts';
import type { FileDigests } from '../../fingerprint/file-digests.ts';
import { LinkedFiles } from '../../fingerprint/linked-files.ts';
import type { SealedTrees } from '../../fingerprint/sealed-trees.ts';
import { digestTree, type Tree } from '../../fingerprint/tree.ts';
import { isPlainContent } from '../plain-content.ts';
import { isActionRecord } from '../record-shape.ts';
import type { ActionRecord } from '../records.ts';
import type { ActionStore, ContentStore, LocalIndex, NewContent } from '../stores.ts';
import { cacheProblem } from './cache-problem.ts';
import { toChecksummed } from './checksummed.ts';
import { detach, moveIn, protect } from './move-in.ts';
import { CachePaths } from './paths.ts';
import { readRecord } from './record-file.ts';
import type { UseMarker } from './use-marker.ts';
import { isWorthFlushing } from './worth-flushing.ts';
import { writing } from './writing.ts';

/** Stores records and content in a directory on this machine. Any number of runs may share it safely. */
export class LocalStore implements ActionStore, ContentStore, LocalIndex {
  readonly #paths: CachePaths;
  readonly #files: FileDigests;
  readonly #trees: SealedTrees;
  readonly #marker: UseMarker | undefined;

  /**
   * @param directory the cache directory, absolute.
   * @param marker records what is looked up, so that a concurrent sweep keeps it.
   */
  constructor(directory: string, files: FileDigests, trees: SealedTrees, marker?: UseMarker) {
    this.#paths = new CachePaths(directory);
    this.#files = files;
    this.#trees = trees;
    this.#marker = marker;
  }

  async lookUp(key: ActionKey): Promise<ActionRecord | undefined> {
    this.#marker?.add(key);
    return this.#read(key);
  }

  async commit(record: ActionRecord): Promise<Result<void>> {
    return this.#write(() => {
      this.#marker?.add(record.key);
      const durable = isWorthFlushing(record.provenance.seconds, 1);
      writeAtomically(this.#paths.action(record.key), toChecksummed(record), { durable });
    });
  }

  async has(digest: Digest): Promise<boolean> {
    return this.#locate(digest) !== undefined;
  }

  async materialize(digest: Digest): Promise<string | undefined> {
    this.#marker?.add(digest);
    return this.#locate(digest);
  }

  async list(digest: Digest): Promise<Tree | undefined> {
    return this.treeOf(digest);
  }

  whileLinking(path: string, change: () => void): void {
    this.#files.whileLinking(path, change);
  }

  prepare(): Promise<void> {
    return this.#files.prepare();
  }

  async digest(path: string): Promise<Result<Tree>> {
    await this.#files.prepare();
    return digestTree(path, this.#files);
  }

  async add(content: NewContent): Promise<Result<void>> {
    await this.#files.prepare();
    try {
      const durable = isWorthFlushing(content.seconds ?? 0, content.files ?? 1);
      if (durable) await (await import('./flush.ts')).flushTree(content.path);
      this.#marker?.add(content.digest);
      this.#takeIn(content);
      if (durable) flushDirectory(dirname(this.#paths.object(content.digest)));
      return success(undefined);
    } catch (error) {
      return cacheProblem(error, this.#paths.root);
    }
  }

  *records(): Iterable<ActionRecord> {
    const actions = join(this.#paths.root, 'actions');
    for (const prefix of [...namesIn(actions)].sort()) {
      for (const key of digestsIn(actions, prefix, '.json')) {
        const record = this.#read(key as string as ActionKey);
        if (record !== undefined) yield record;
      }
    }
  }

  beginningWith(prefix: string): ReturnType<LocalIndex['beginningWith']> {
    const find = (folder: string, ending: string) =>
      digestsIn(join(this.#paths.root, folder), prefix.slice(0, 2), ending).filter((name) => name.startsWith(prefix));
    return { contents: find('objects', ''), actions: find('actions', '.json') as string[] as ActionKey[] };
  }

  treeOf(digest: Digest): Tree | undefined {
    this.#marker?.add(digest);
    const path = this.#locate(digest);
    const tree = path === undefined ? undefined : digestTree(path, this.#files);
    return tree?.ok && tree.value.digest === digest ? tree.value : undefined;
  }

  /** Returns an absolute path on the disk of the cache, to which content can be written before it is added. */
  incoming(digest: Digest): string {
    const path = temporaryFor(this.#paths.object(digest));
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }

  /** Returns the known files of contents (absolute paths) that a stage may hard-link into its outputs. */
  linkable(roots: readonly string[]): LinkedFiles {
    return new LinkedFiles(roots, this.#files, this.#trees);
  }

  #read(key: ActionKey): ActionRecord | undefined {
    const record = readRecord<ActionRecord>(this.#paths.action(key), 'actionRecord');
    // The document has to be the one that the key is the digest of, or else the record is about something else.
    return record !== undefined && isActionRecord(record, key)
      ? { ...record, metrics: readNumbers(record.metrics) }
      : undefined;
  }

  #locate(digest: Digest): string | undefined {
    const path = this.#paths.object(digest);
    if (!areUnlinked(dirname(path), path)) return undefined;
    // Known content is recognised by size, times and inode. Anything else is digested again before it is used.
    const checked = this.#trees.check(path);
    if (!checked.ok && !isPlainContent(path)) return undefined;
    const tree = checked.ok ? checked : checked.failure.digest(this.#files);
    if (!tree.ok || tree.value.digest !== digest) return undefined;
    // Links to its files were made or deleted, perhaps just now.
    if (!checked.ok) this.#trees.seal(path, tree.value);
    return path;
  }

  #takeIn({ path, digest }: NewContent): void {
    const target = this.#paths.object(digest);
    if (this.#locate(digest) !== undefined) {
      this.#files.forget(path);
      rmSync(path, { recursive: true });
      return;
    }
    const tree = digestTree(path, this.#files);
    if (!tree.ok) throw new Error(tree.failure[0]?.message);
    const inside = tree.value.files.map((file) => file.path);
    for (const file of inside) {
      detach(join(path, file));
      protect(join(path, file));
    }
    makeFolder(dirname(target));
    if (!moveIn(path, target, () => this.#locate(digest) !== undefined)) return;
    for (const file of inside) this.#files.moved(join(path, file), join(target, file));
    this.#trees.seal(target, tree.value);
  }

  #write(action: () => void): Result<void> {
    return writing(this.#paths.root, action);
  }
}

/** Creates a folder of objects. Removes what is in its place: content behind a link counts as missing. */
function makeFolder(path: string): void {
  if (statsOf(path)?.isDirectory() === false) rmSync(path);
  mkdirSync(path, { recursive: true });
}

/** Returns the digests of the entries `PREFIX/REST` below `directory` whose name has this ending. */
function digestsIn(directory: string, prefix: string, ending: string): Digest[] {
  return [...namesIn(join(directory, prefix))]
    .sort()
    .filter((name) => name.endsWith(ending))
    .map((name) => prefix + name.slice(0, name.length - ending.length))
    .filter(isDigest);
}
