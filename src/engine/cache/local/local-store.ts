import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { flushDirectory, temporaryFor, writeAtomically } from '../../../shared/atomic-write.ts';
import { namesIn } from '../../../shared/files.ts';
import { readNumbers } from '../../../shared/non-finite.ts';
import { areUnlinked } from '../../../shared/paths-below.ts';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { type ActionKey, type Digest, isDigest } from '../../fingerprint/digest.ts';
import { LinkedFiles } from '../../fingerprint/linked-files.ts';
import type { Tree } from '../../fingerprint/tree.ts';
import type { Trees } from '../../fingerprint/trees.ts';
import type { Watch } from '../../fingerprint/work.ts';
import { isActionRecord } from '../record-shape.ts';
import type { ActionRecord } from '../records.ts';
import type { ActionStore, ContentStore, LocalIndex, NewContent } from '../stores.ts';
import { cacheProblem } from './cache-problem.ts';
import { toChecksummed } from './checksummed.ts';
import { CachePaths } from './paths.ts';
import { readRecord } from './record-file.ts';
import type { UseMarker } from './use-marker.ts';
import { isWorthFlushing } from './worth-flushing.ts';
import { writing } from './writing.ts';

/** Nothing writes to content. A symbolic link in it could lead anywhere, and is not followed. */
const IN_CACHE = { links: 'kept', immutable: true } as const;

/** Stores records and content in a directory on this machine. Any number of runs may share it safely. */
export class LocalStore implements ActionStore, ContentStore, LocalIndex {
  readonly #paths: CachePaths;
  readonly #trees: Trees;
  readonly #marker: UseMarker | undefined;
  /** What has been digested to be added, by its path. */
  readonly #digested = new Map<string, Tree>();

  /**
   * @param directory the cache directory, absolute.
   * @param marker records what is looked up, so that a concurrent sweep keeps it.
   */
  constructor(directory: string, trees: Trees, marker?: UseMarker) {
    this.#paths = new CachePaths(directory);
    this.#trees = trees;
    this.#marker = marker;
  }

  async lookUp(key: ActionKey): Promise<ActionRecord | undefined> {
    this.#marker?.add(key);
    return this.#read(key);
  }

  async commit(record: ActionRecord): Promise<Result<void>> {
    return writing(this.#paths.root, () => {
      this.#marker?.add(record.key);
      const durable = isWorthFlushing(record.provenance.seconds, 1);
      writeAtomically(this.#paths.action(record.key), toChecksummed(record), { durable });
    });
  }

  async has(digest: Digest, watch?: Watch): Promise<boolean> {
    return (await this.#locate(digest, watch)) !== undefined;
  }

  async materialize(digest: Digest, watch?: Watch): Promise<string | undefined> {
    this.#marker?.add(digest);
    return this.#locate(digest, watch);
  }

  async list(digest: Digest, options: Parameters<ContentStore['list']>[1] = {}): Promise<Tree | undefined> {
    this.#marker?.add(digest);
    const path = this.#paths.object(digest);
    const tree = existsSync(path) ? await this.#trees.list(path, { ...IN_CACHE, ...options }) : undefined;
    return tree?.ok && tree.value.odd === undefined && tree.value.digest === digest ? tree.value : undefined;
  }

  whileLinking(path: string, change: () => void): void {
    this.#trees.whileLinking(path, change);
  }

  async digest(path: string, options: Parameters<ContentStore['digest']>[1] = {}): Promise<Result<Tree>> {
    const tree = await this.#trees.list(path, { ...options, links: 'kept', transient: true });
    if (tree.ok) this.#digested.set(path, tree.value);
    return tree;
  }

  async add(content: NewContent, watch?: Watch): Promise<Result<void>> {
    try {
      const durable = isWorthFlushing(content.seconds ?? 0, content.files ?? 1);
      if (durable) await (await import('./flush.ts')).flushTree(content.path);
      this.#marker?.add(content.digest);
      const added = await this.#takeIn(content, watch);
      if (durable && added.ok) flushDirectory(dirname(this.#paths.object(content.digest)));
      return added;
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
    const tree = this.#trees.listed(this.#paths.object(digest));
    return tree?.digest === digest ? tree : undefined;
  }

  /** Returns an absolute path on the disk of the cache, to which content can be written before it is added. */
  incoming(digest: Digest): string {
    const path = temporaryFor(this.#paths.object(digest));
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }

  /** Returns the known files of contents (absolute paths) that a stage may hard-link into its outputs. */
  linkable(roots: readonly string[]): Promise<LinkedFiles> {
    return LinkedFiles.in(roots, this.#trees);
  }

  #read(key: ActionKey): ActionRecord | undefined {
    const record = readRecord<ActionRecord>(this.#paths.action(key), 'actionRecord');
    // The document has to be the one that the key is the digest of, or else the record is about something else.
    return record !== undefined && isActionRecord(record, key)
      ? { ...record, metrics: readNumbers(record.metrics) }
      : undefined;
  }

  async #locate(digest: Digest, watch?: Watch): Promise<string | undefined> {
    const path = this.#paths.object(digest);
    if (!areUnlinked(dirname(path), path)) return undefined;
    // Known content is recognised by size, times and inode. Anything else is digested again before it is used.
    const tree = await this.#trees.of(path, { ...IN_CACHE, watch });
    return tree.ok && tree.value.odd === undefined && tree.value.digest === digest ? path : undefined;
  }

  async #takeIn({ path, digest }: NewContent, watch?: Watch): Promise<Result<void>> {
    const known = this.#digested.get(path);
    const tree: Result<Tree> = known === undefined ? await this.digest(path, { watch }) : success(known);
    if (!tree.ok) return tree;
    this.#digested.delete(path);
    if ((await this.#locate(digest, watch)) !== undefined) {
      await this.#trees.remove(path, tree.value);
      return success(undefined);
    }
    const stored = await this.#trees.store(path, this.#paths.object(digest), { ...tree.value, digest }, watch);
    if (stored !== 'different') return success(undefined);
    return problem('it changed while it was moved into the cache', {
      at: { file: path },
      advice: 'Run again. If a process that the stage started still writes to it, let the stage wait for that process.',
    });
  }
}

/** Returns the digests of the entries `PREFIX/REST` below `directory` whose name has this ending. */
function digestsIn(directory: string, prefix: string, ending: string): Digest[] {
  return [...namesIn(join(directory, prefix))]
    .sort()
    .filter((name) => name.endsWith(ending))
    .map((name) => prefix + name.slice(0, name.length - ending.length))
    .filter(isDigest);
}
