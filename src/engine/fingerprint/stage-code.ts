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

/** The code of a stage as far as it is really reached, and the packages that it stands on. */
export interface StageCode {
  readonly digest: Digest;
  /** `name@version` → integrity of all packages that the code reaches. */
  readonly packages: Readonly<Record<string, string>>;
  /** `name@version` → the folders of these packages. Not in the key: which of them have runtime facts changes. */
  readonly folders: Readonly<Record<string, readonly string[]>>;
  readonly externals: Readonly<Record<string, string>>;
  /** Local module, relative to the root → digest of its source. For saying what changed; not in the key. */
  readonly modules: Readonly<Record<string, Digest>>;
  /** Known once the code has been asked for it. */
  readonly interface?: StageInterface;
}

interface Remembered {
  readonly code: StageCode;
  /** Absolute paths of the files, there or not, that it was made from, and of the directories of its sources. */
  readonly files: readonly string[];
  readonly directories: readonly string[];
  /** Over the sizes, times and inodes of these: while it is unbroken, so is `code`. Null if one was too young. */
  readonly seal: string | null;
  /** Over the files' content and the directories' times: while this holds, so does `code`. */
  readonly content: Digest;
}

export type BundleText = Pick<Bundle, 'text' | 'links' | 'sourceMap'>;

const KIND = 'stages-4';
const BUNDLE = 'bundle-2';
const ABSENT = 'absent';

/**
 * Knows the code of stages by module. A bundle is made again only when one of the files that it was made from has
 * changed, or a file came or went beside one of them, which may change what an import means.
 */
export class StageCodes {
  readonly #directory: string;
  readonly #root: string;
  readonly #files: FileDigests;
  readonly #remembered: Map<string, Remembered>;
  readonly #bundles = new Map<Digest, BundleText>();
  /** What this run has seen of a path: stages share most of their files. */
  readonly #looks = new Map<string, Look>();
  readonly #packageAdvice: PackageAdvice;
  #changed = false;

  /**
   * `directory`: where this is remembered for the next run; `root`: the folder of the pipeline file; `packageAdvice`: what
   * to do when a package is not installed, by its name.
   */
  constructor(directory: string, root: string, files: FileDigests, packageAdvice: PackageAdvice = {}) {
    this.#directory = directory;
    this.#packageAdvice = packageAdvice;
    this.#root = root;
    this.#files = files;
    this.#remembered = new Map(JSON.parse(readIndexFile(join(directory, 'stages.json'), KIND) ?? '[]') as []);
  }

  /** The code of the stage module at `module` (absolute) if it has not changed since it was last asked for. */
  known(module: string): StageCode | undefined {
    const remembered = this.#remembered.get(module);
    return remembered !== undefined && this.#holds(module, remembered) ? remembered.code : undefined;
  }

  /** The code of the stage module at `module` (absolute). */
  async of(module: string): Promise<Result<StageCode>> {
    const known = this.known(module);
    if (known !== undefined) return success(known);
    if (!existsSync(module)) {
      return problem('there is no such module', { at: { file: module }, advice: 'Write it, or correct the path.' });
    }
    const [{ bundleStage }, { closePackages }] = await Promise.all([import('./bundle.ts'), import('./packages.ts')]);
    const bundle = await bundleStage(module, this.#root, this.#packageAdvice);
    if (!bundle.ok) return bundle;
    const { digest, externals, modules, text, links, sourceMap, sources, lookedAt } = bundle.value;
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
    const files = [...new Set([...sources, ...lookedAt, ...packages.lookedAt])];
    const directories = [...new Set(sources.map(dirname))];
    this.#bundles.set(digest, { text, links, sourceMap });
    writeIndexFile(this.#pathOf(digest), BUNDLE, JSON.stringify({ text, links, sourceMap }));
    this.#looks.clear();
    this.#remember(module, { code, files, directories });
    return success(code);
  }

  /** Keeps what a stage's code says of itself. */
  describe(module: string, described: StageInterface): void {
    const remembered = this.#remembered.get(module);
    if (remembered === undefined) return;
    this.#remembered.set(module, { ...remembered, code: { ...remembered.code, interface: described } });
    this.#changed = true;
  }

  /** The text of the bundle of `module`, which had this digest when it was asked for. */
  async textOf(module: string, digest: Digest): Promise<Result<BundleText>> {
    const kept = this.#bundles.get(digest) ?? readBundle(this.#pathOf(digest));
    if (kept !== undefined) return success(kept);
    this.#remembered.delete(module);
    const again = await this.of(module);
    if (!again.ok) return again;
    const bundle = this.#bundles.get(digest);
    if (bundle !== undefined) return success(bundle);
    return problem('the code of this stage changed while the run was under way', {
      at: { file: module },
      advice: 'Run it again.',
    });
  }

  save(): void {
    if (!this.#changed) return;
    writeIndexFile(join(this.#directory, 'stages.json'), KIND, JSON.stringify([...this.#remembered]));
    this.#changed = false;
  }

  #holds(module: string, { code, files, directories, seal, content }: Remembered): boolean {
    if (!existsSync(this.#pathOf(code.digest))) return false;
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
    const looks = [...files, ...directories].map((path) => this.#look(path));
    if (looks.some(({ racy }) => racy)) return null;
    return hash('sha256', looks.map(({ facts }) => facts).join('\n'));
  }

  #contentOf(files: readonly string[], directories: readonly string[]): Digest {
    const digests = files.map((path) => (this.#look(path).facts === ABSENT ? ABSENT : this.#files.of(path)));
    return sha256([...digests, ...directories.map((path) => this.#look(path).facts)].join('\n'));
  }

  #look(path: string): Look {
    const known = this.#looks.get(path) ?? lookAt(path);
    this.#looks.set(path, known);
    return known;
  }

  #pathOf(digest: Digest): string {
    return join(this.#directory, 'code', `${digest}.json`);
  }
}

interface Look {
  readonly facts: string;
  readonly racy: boolean;
}

/** Of a directory its time tells whether a file came or went. */
function lookAt(path: string): Look {
  const now = nowInNanoseconds();
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return { facts: ABSENT, racy: false };
  return { facts: stats.isDirectory() ? String(stats.mtimeNs) : factsOf(stats), racy: isRacy(stats, now) };
}

function readBundle(path: string): BundleText | undefined {
  const kept = readIndexFile(path, BUNDLE);
  return kept === undefined ? undefined : (JSON.parse(kept) as BundleText);
}
