import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFor, writeAtomically } from '../../../shared/atomic-write.ts';
import { readNumbers } from '../../../shared/non-finite.ts';
import { failure, problem, type Result, success } from '../../../shared/problem.ts';
import { type ActionKey, type Digest, isDigest } from '../../fingerprint/digest.ts';
import { LinkedFiles } from '../../fingerprint/linked-files.ts';
import type { Tree } from '../../fingerprint/tree.ts';
import type { Trees } from '../../fingerprint/trees.ts';
import type { Watch } from '../../fingerprint/work.ts';
import type { ActionRecord, FinishedOutput } from '../records.ts';
import type { ActionStore, ContentStore, LocalIndex } from '../stores.ts';
import { cacheProblem } from './cache-problem.ts';
import { toChecksummed } from './checksummed.ts';
import { CachePaths } from './paths.ts';
import { readRecord } from './record-file.ts';
import type { UseMarker } from './use-marker.ts';

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
    return this.#write(async () => {
      this.#marker?.add(record.key);
      writeAtomically(this.#paths.action(record.key), toChecksummed(record));
      return success(undefined);
    });
  }

  async has(digest: Digest, watch?: Watch): Promise<boolean> {
    return (await this.#locate(digest, watch)) !== undefined;
  }

  async materialize(digest: Digest, watch?: Watch): Promise<string | undefined> {
    this.#marker?.add(digest);
    return this.#locate(digest, watch);
  }

  async list(digest: Digest): Promise<Tree | undefined> {
    this.#marker?.add(digest);
    const path = this.#paths.object(digest);
    const tree = existsSync(path) ? await this.#trees.list(path) : undefined;
    return tree?.ok && tree.value.digest === digest ? tree.value : undefined;
  }

  async digest(path: string, options: Parameters<ContentStore['digest']>[1] = {}): Promise<Result<Tree>> {
    const tree = await this.#trees.list(path, { ...options, links: 'kept', transient: true });
    if (tree.ok) this.#digested.set(path, tree.value);
    return tree;
  }

  async add(content: Pick<FinishedOutput, 'digest' | 'path'>, watch?: Watch): Promise<Result<void>> {
    return this.#write(() => {
      this.#marker?.add(content.digest);
      return this.#takeIn(content, watch);
    });
  }

  *records(): Iterable<ActionRecord> {
    const actions = join(this.#paths.root, 'actions');
    for (const prefix of namesIn(actions)) {
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
    const record = readRecord<ActionRecord>(this.#paths.action(key));
    return record?.key === key ? { ...record, metrics: readNumbers(record.metrics ?? {}) } : undefined;
  }

  async #locate(digest: Digest, watch?: Watch): Promise<string | undefined> {
    const path = this.#paths.object(digest);
    if (!existsSync(path)) return undefined;
    // Known content is recognised by size, times and inode. Anything else is digested again before it is used.
    const tree = await this.#trees.of(path, { watch });
    return tree.ok && tree.value.digest === digest ? path : undefined;
  }

  async #takeIn({ path, digest }: Pick<FinishedOutput, 'digest' | 'path'>, watch?: Watch): Promise<Result<void>> {
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

  async #write(action: () => Promise<Result<void>>): Promise<Result<void>> {
    try {
      return await action();
    } catch (error) {
      return failure(cacheProblem(error, this.#paths.root).failure);
    }
  }
}

function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}

/** Returns the digests of the entries `PREFIX/REST` below `directory` whose name has this ending. */
function digestsIn(directory: string, prefix: string, ending: string): Digest[] {
  return namesIn(join(directory, prefix))
    .filter((name) => name.endsWith(ending))
    .map((name) => prefix + name.slice(0, name.length - ending.length))
    .filter(isDigest);
}
