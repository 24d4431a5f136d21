import { hash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { problem, type Result, success } from '../../shared/problem.ts';
import type { StageInterface } from '../plan/stage-interface.ts';
import type { Bundle } from './bundle.ts';
import { type Digest, sha256 } from './digest.ts';
import type { FileDigests } from './file-digests.ts';
import { factsOf, isRacy, nowInNanoseconds } from './file-facts.ts';
import { readIndexFile, writeIndexFile } from './index-file.ts';
import type { PackageAdvice } from './package-advice.ts';

/** The reachable code of a stage, and the packages that it depends on. */
export interface StageCode {
  readonly digest: Digest;
  /** `name@version` → integrity, of all packages that the code reaches. */
  readonly packages: Readonly<Record<string, string>>;
  /** `name@version` → the folders of these packages. Not in the key; used to read their runtime facts. */
  readonly folders: Readonly<Record<string, readonly string[]>>;
  readonly externals: Readonly<Record<string, string>>;
  /** Path of a local module, relative to the root → digest of its source. Explains what changed; not in the key. */
  readonly modules: Readonly<Record<string, Digest>>;
  /** The declared interface; undefined until the code has been loaded once. */
  readonly interface?: StageInterface;
}

interface Remembered {
  readonly code: StageCode;
  /** Absolute paths of the files, existing or not, that determine the code, and of the directories of its sources. */
  readonly files: readonly string[];
  readonly directories: readonly string[];
  /** Digest of the metadata of these. While it is unchanged, `code` is valid. Null if one was modified too recently. */
  readonly seal: string | null;
  /** Digest of the content of the files and the times of the directories. While it is unchanged, `code` is valid. */
  readonly content: Digest;
}

export type BundleText = Pick<Bundle, 'text' | 'links' | 'sourceMap'>;

const KIND = 'stages-4';
const BUNDLE = 'bundle-2';
const ABSENT = 'absent';

/**
 * Provides the code of stages by module. A bundle is rebuilt only if one of the files that determine it has changed, or
 * if a file was added or deleted beside one of them, which may change how an import is resolved.
 */
export class StageCodes {
  readonly #directory: string | undefined;
  readonly #root: string;
  readonly #files: FileDigests;
  readonly #remembered: Map<string, Remembered>;
  readonly #bundles = new Map<Digest, BundleText>();
  /** The metadata of paths, read once a run: stages share most of their files. */
  readonly #snapshots = new Map<string, Snapshot>();
  readonly #packageAdvice: PackageAdvice;
  #changed = false;

  /**
   * @param directory where bundles are kept for the next run; undefined if they are not.
   * @param root the folder of the pipeline file.
   * @param packageAdvice what to do when a package is not installed, by its name.
   */
  constructor(directory: string | undefined, root: string, files: FileDigests, packageAdvice: PackageAdvice = {}) {
    this.#directory = directory;
    this.#packageAdvice = packageAdvice;
    this.#root = root;
    this.#files = files;
    this.#remembered = new Map(JSON.parse(readIndexFile(this.#interfaces, KIND) ?? '[]') as []);
  }

  /** Returns the code of the stage module at `module` (absolute) if it has not changed since it was last bundled. */
  known(module: string): StageCode | undefined {
    const remembered = this.#remembered.get(module);
    return remembered !== undefined && this.#holds(module, remembered) ? remembered.code : undefined;
  }

  /** Returns the code of the stage module at `module` (absolute), or the problems of its code. */
  async of(module: string): Promise<Result<StageCode>> {
    const known = this.known(module);
    if (known !== undefined) return success(known);
    if (!existsSync(module)) {
      return problem('there is no such module', { at: { file: module }, advice: 'Create it, or correct the path.' });
    }
    const [{ bundleStage }, { closePackages }] = await Promise.all([import('./bundle.ts'), import('./packages.ts')]);
    const bundle = await bundleStage(module, this.#root, this.#packageAdvice);
    if (!bundle.ok) return bundle;
    const { digest, externals, modules, text, links, sourceMap, sources, resolutionFiles } = bundle.value;
    const packages = closePackages(Object.values(externals));
    const before = this.#remembered.get(module)?.code;
    const code: StageCode = {
      digest,
      packages: packages.identities,
      folders: packages.folders,
      externals,
      modules: Object.fromEntries(modules.map((path) => [path, this.#files.of(resolve(this.#root, path))])),
      ...(before?.digest === digest && before.interface && { interface: before.interface }),
    };
    const files = [...new Set([...sources, ...resolutionFiles, ...packages.resolutionFiles])];
    const directories = [...new Set(sources.map(dirname))];
    this.#bundles.set(digest, { text, links, sourceMap });
    writeIndexFile(this.#pathOf(digest), BUNDLE, JSON.stringify({ text, links, sourceMap }));
    this.#snapshots.clear();
    this.#remember(module, { code, files, directories });
    return success(code);
  }

  /** Stores the interface that the code of a stage declares. */
  describe(module: string, described: StageInterface): void {
    const remembered = this.#remembered.get(module);
    if (remembered === undefined) return;
    this.#remembered.set(module, { ...remembered, code: { ...remembered.code, interface: described } });
    this.#changed = true;
  }

  /** Returns the text of the bundle of `module`, which must still have this digest. */
  async textOf(module: string, digest: Digest): Promise<Result<BundleText>> {
    const kept = this.#bundles.get(digest) ?? readBundle(this.#pathOf(digest));
    if (kept !== undefined) return success(kept);
    this.#remembered.delete(module);
    const again = await this.of(module);
    if (!again.ok) return again;
    const bundle = this.#bundles.get(digest);
    if (bundle !== undefined) return success(bundle);
    return problem('the code of this stage changed during the run', {
      at: { file: module },
      advice: 'Run it again.',
    });
  }

  save(): void {
    if (!this.#changed) return;
    writeIndexFile(this.#interfaces, KIND, JSON.stringify([...this.#remembered]));
    this.#changed = false;
  }

  #holds(module: string, { code, files, directories, seal, content }: Remembered): boolean {
    if (!this.#bundles.has(code.digest) && !existsSync(this.#pathOf(code.digest) ?? '')) return false;
    try {
      if (seal !== null && this.#sealOf(files, directories) === seal) return true;
      if (this.#contentOf(files, directories) !== content) return false;
      this.#remember(module, { code, files, directories });
      return true;
    } catch {
      return false;
    }
  }

  #remember(module: string, made: Pick<Remembered, 'code' | 'files' | 'directories'>): void {
    const { files, directories } = made;
    const seal = this.#sealOf(files, directories);
    this.#remembered.set(module, { ...made, seal, content: this.#contentOf(files, directories) });
    this.#changed = true;
  }

  #sealOf(files: readonly string[], directories: readonly string[]): string | null {
    const snapshots = [...files, ...directories].map((path) => this.#snapshot(path));
    if (snapshots.some(({ racy }) => racy)) return null;
    return hash('sha256', snapshots.map(({ facts }) => facts).join('\n'));
  }

  #contentOf(files: readonly string[], directories: readonly string[]): Digest {
    const digests = files.map((path) => (this.#snapshot(path).facts === ABSENT ? ABSENT : this.#files.of(path)));
    return sha256([...digests, ...directories.map((path) => this.#snapshot(path).facts)].join('\n'));
  }

  #snapshot(path: string): Snapshot {
    const known = this.#snapshots.get(path) ?? takeSnapshot(path);
    this.#snapshots.set(path, known);
    return known;
  }

  get #interfaces(): string | undefined {
    return this.#directory && join(this.#directory, 'stages.json');
  }

  #pathOf(digest: Digest): string | undefined {
    return this.#directory && join(this.#directory, 'code', `${digest}.json`);
  }
}

interface Snapshot {
  readonly facts: string;
  readonly racy: boolean;
}

/** Of a directory, the modification time counts: it changes when a file is added or deleted. */
function takeSnapshot(path: string): Snapshot {
  const now = nowInNanoseconds();
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return { facts: ABSENT, racy: false };
  return { facts: stats.isDirectory() ? String(stats.mtimeNs) : factsOf(stats), racy: isRacy(stats, now) };
}

function readBundle(path: string | undefined): BundleText | undefined {
  const kept = readIndexFile(path, BUNDLE);
  return kept === undefined ? undefined : (JSON.parse(kept) as BundleText);
}
