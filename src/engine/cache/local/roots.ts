import { hash } from 'node:crypto';
import { join } from 'node:path';
import { writeAtomically } from '../../../shared/atomic-write.ts';
import { namesIn } from '../../../shared/files.ts';
import type { Result } from '../../../shared/problem.ts';
import { type ActionKey, type Digest, isDigest } from '../../fingerprint/digest.ts';
import { toChecksummed } from './checksummed.ts';
import { CachePaths } from './paths.ts';
import { readRecord } from './record-file.ts';
import { writing } from './writing.ts';

/** A pipeline file at a place on a machine. Two clones are two projects, and so are two pipeline files in one folder. */
export interface Project {
  readonly host: string;
  /** The pipeline file, absolute, without symbolic links. */
  readonly file: string;
  /** The name of the pipeline, which distinguishes containers that have the same host name and paths. */
  readonly pipeline: string;
}

/** The variant of a project that was run. Each has a root of its own. */
export interface Variant extends Project {
  /** The Git branch; null outside of a branch. */
  readonly branch: string | null;
  readonly profile: string | null;
  /** Whether params were set on the command line. */
  readonly set: boolean;
}

type Keys = Readonly<Record<string, ActionKey>>;

/** What a project needs in the cache: `cache gc` keeps it, whoever calls it. Says nothing about what is in the results. */
export interface Root extends Variant {
  /** ISO 8601. */
  readonly lastUsed: string;
  /** The key of the last result of each stage, by stage. */
  readonly stages: Keys;
  /** The same for the last whole, successful run, which the lockfile describes. */
  readonly whole: Keys;
}

export interface FoundRoot extends Root {
  readonly id: string;
  readonly path: string;
}

/** A root that is still in use is written again when it is older than this, in milliseconds. */
const RENEWAL = 86_400_000;

export function projectId({ host, file, pipeline }: Project): string {
  return digestOf([host, file, pipeline]);
}

function digestOf(identity: readonly unknown[]): Digest {
  return hash('sha256', JSON.stringify(identity)) as Digest;
}

/** Records in the cache which results a variant of a project uses. */
export class RootRecorder {
  readonly #cache: string;
  readonly #path: string;
  readonly #variant: Variant;
  #known: ReadonlySet<string>;
  readonly #used = new Map<string, ActionKey>();

  /** @param stages the names of all stages of the pipeline: the root forgets any other. */
  constructor(cache: string, variant: Variant, stages: readonly string[]) {
    const { branch, profile, set } = variant;
    this.#cache = cache;
    this.#path = new CachePaths(cache).need(digestOf([projectId(variant), branch, profile, set]));
    this.#variant = variant;
    this.#known = new Set(stages);
  }

  /** Takes these as the names of all stages from now on. */
  expect(stages: readonly string[]): void {
    this.#known = new Set(stages);
  }

  use(stage: string, key: ActionKey): void {
    this.#used.set(stage, key);
  }

  /** Writes the root, unless it says all that already. `whole`: whether all stages have succeeded. */
  save(whole: boolean): Result<void> {
    const previous = readRoot(this.#path);
    const kept = Object.entries(previous?.stages ?? {}).filter(([stage]) => this.#known.has(stage));
    const stages = Object.fromEntries([...kept, ...this.#used]);
    const root = { stages, whole: whole ? stages : (previous?.whole ?? {}) };
    const isNew = previous === undefined || Date.now() - Date.parse(previous.lastUsed) > RENEWAL;
    return writing(this.#cache, () => {
      if (!isNew && isEqual(previous.stages, root.stages) && isEqual(previous.whole, root.whole)) return;
      const record: Root = { ...this.#variant, lastUsed: new Date().toISOString(), ...root };
      writeAtomically(this.#path, toChecksummed(record));
    });
  }
}

/** Reads all roots in a cache. The id of a root is its file name, so it is known even if the root is corrupted. */
export function readRoots(cache: string): {
  readonly roots: readonly FoundRoot[];
  readonly damaged: readonly { readonly id: string; readonly path: string }[];
} {
  const folder = new CachePaths(cache).roots;
  const ids = namesIn(folder).flatMap((name) => (isRootFile(name) ? [name.slice(0, -'.json'.length)] : []));
  const found = ids.sort().map((id) => {
    const path = join(folder, `${id}.json`);
    return { id, path, root: readRoot(path) };
  });
  return {
    roots: found.flatMap(({ id, path, root }) => (root === undefined ? [] : [{ ...root, id, path }])),
    damaged: found.filter(({ root }) => root === undefined),
  };
}

function isRootFile(name: string): boolean {
  return name.endsWith('.json') && isDigest(name.slice(0, -'.json'.length));
}

function readRoot(path: string): Root | undefined {
  const root = readRecord<Root>(path, 'root');
  return root !== undefined && isRoot(root) ? root : undefined;
}

function isRoot(root: Partial<Root>): root is Root {
  const { host, file, pipeline, lastUsed, stages, whole } = root;
  return (
    [host, file, pipeline, lastUsed].every((text) => typeof text === 'string') &&
    !Number.isNaN(Date.parse(lastUsed ?? '')) &&
    [stages, whole].every((keys) => Object.values(keys ?? { none: '' }).every((key) => isDigest(String(key))))
  );
}

function isEqual(a: Keys, b: Keys): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
