import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { problem, type Result, success } from '../../shared/problem.ts';
import type { StageInterface } from '../plan/stage-interface.ts';
import type { Bundle } from './bundle.ts';
import { canonicalJson, type Digest, sha256 } from './digest.ts';
import type { FileDigests } from './file-digests.ts';
import { nowInNanoseconds } from './file-facts.ts';
import { readIndexFile, writeIndexFile } from './index-file.ts';
import type { Listings } from './listings.ts';
import { NOTHING_KNOWN, type PackageAdvice, type PackageKnowledge } from './package-advice.ts';
import { type Sealed, Seals } from './seals.ts';
import { type KnownImports, SealedPackages } from './stage-packages.ts';

/** The reachable code of a stage, and the packages that it depends on. */
export interface StageCode {
  readonly digest: Digest;
  /** Digest of the code and its packages. The declared interface depends on nothing else. */
  readonly identity: Digest;
  /** `name@version` → digest of the content that counts, of all packages that the code reaches. */
  readonly packages: Readonly<Record<string, Digest>>;
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
  /** The files, existing or not, that determine the bundle, and the directories of its sources. */
  readonly sources: Sealed;
  /** The keys of the seals of its packages. */
  readonly packages: readonly Digest[];
}

/** What is kept for the next run. */
interface Stored {
  readonly stages: readonly [module: string, Remembered][];
  readonly packages: readonly (readonly [Digest, Sealed])[];
}

export type BundleText = Pick<Bundle, 'text' | 'links' | 'sourceMap'>;

const KIND = 'stages-5';
const BUNDLE = 'bundle-2';
/** How often code that changes while it is read is read again. */
const MAX_ATTEMPTS = 5;
/** How far the times of files may lag behind the clock, in nanoseconds. */
const LAG = 20_000_000n;
const NOTHING_STORED = JSON.stringify({ stages: [], packages: [] } satisfies Stored);

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
  readonly #seals: Seals;
  readonly #packages: SealedPackages;
  readonly #advice: PackageAdvice;
  #changed = false;

  /**
   * @param directory where bundles are kept for the next run; undefined if they are not.
   * @param root the folder of the pipeline file.
   * @param listings where the files of packages are listed, to explain later what changed.
   * @param knowledge what is known of particular packages.
   */
  constructor(
    directory: string | undefined,
    root: string,
    files: FileDigests,
    listings: Listings,
    { advice, covered }: PackageKnowledge = NOTHING_KNOWN,
  ) {
    this.#directory = directory;
    this.#root = root;
    this.#files = files;
    this.#advice = advice;
    this.#seals = new Seals(files);
    const stored = JSON.parse(readIndexFile(this.#interfaces, KIND) ?? NOTHING_STORED) as Stored;
    this.#remembered = new Map(stored.stages);
    this.#packages = new SealedPackages({ seals: this.#seals, digests: files, listings }, covered, stored.packages);
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
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const begun = nowInNanoseconds();
      const read = await this.#read(module);
      if (!read.ok) return read;
      const { code, sources, packages } = read.value;
      // What changed meanwhile may have been read in two states. The times of files lag behind by some milliseconds.
      if (this.#seals.areOlder(sources, begun - LAG) && this.#packages.areOlder(packages, begun - LAG)) {
        this.#remembered.set(module, read.value);
        this.#changed = true;
        return success(code);
      }
      this.#packages.readAnew();
      await setTimeout(Number(LAG / 1_000_000n));
    }
    return problem('its files and packages keep changing while they are read', {
      at: { file: module },
      advice: 'Run it again when nothing is being installed or generated.',
    });
  }

  async #read(module: string): Promise<Result<Remembered>> {
    const { bundleStage } = await import('./bundle.ts');
    const bundle = await bundleStage(module, this.#root, this.#advice);
    if (!bundle.ok) return bundle;
    const { digest, externals, modules, text, links, sourceMap, sources, resolutionFiles } = bundle.value;
    const { identities, folders, seals } = await this.#packages.of(externals, this.#knownImports());
    const before = this.#remembered.get(module)?.code;
    const identity = sha256(canonicalJson([digest, identities]));
    const code: StageCode = {
      digest,
      identity,
      packages: identities,
      folders,
      externals,
      modules: Object.fromEntries(modules.map((path) => [path, this.#files.of(resolve(this.#root, path))])),
      ...(before?.identity === identity && before.interface && { interface: before.interface }),
    };
    this.#bundles.set(digest, { text, links, sourceMap });
    writeIndexFile(this.#pathOf(digest), BUNDLE, JSON.stringify({ text, links, sourceMap }));
    this.#seals.clear();
    const files = [...new Set([...sources, ...resolutionFiles])];
    const directories = [...new Set(sources.map(dirname))];
    return success({ code, sources: this.#seals.seal({ files, directories }), packages: seals });
  }

  #knownImports(): KnownImports[] {
    return [...this.#remembered.values()].map(({ code: { externals, packages, folders }, packages: seals }) => ({
      externals,
      identities: packages,
      folders,
      seals,
    }));
  }

  /**
   * Returns the files, existing or not, that determine the code of a stage module: its sources and, of packages, what
   * lies outside of `node_modules`, and the `package.json`, which an installation replaces.
   */
  filesOf(module: string): readonly string[] {
    const remembered = this.#remembered.get(module);
    if (remembered === undefined) return [module];
    const ofPackages = this.#packages.filesOf(remembered.packages);
    return [
      ...remembered.sources.files,
      ...ofPackages.filter((path) => !path.includes('/node_modules/') || path.endsWith('/package.json')),
    ];
  }

  /** Stores the interface that the code of a stage declares. */
  describe(module: string, described: StageInterface): void {
    const remembered = this.#remembered.get(module);
    if (remembered === undefined) return;
    this.#remembered.set(module, { ...remembered, code: { ...remembered.code, interface: described } });
    this.#changed = true;
  }

  /** Returns the text of the bundle of `module`, which must still have this digest and the same packages. */
  async textOf(module: string, digest: Digest): Promise<Result<BundleText>> {
    const known = this.#remembered.get(module);
    this.#seals.clear();
    this.#packages.recheck();
    if (known !== undefined && !this.#packages.hold(known.packages)) {
      return problem('a package that this stage imports changed during the run', {
        at: { file: module },
        advice: 'Run it again.',
      });
    }
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

  /** Returns the packages to which the imports of a stage lead now, as in `StageCode`. */
  async packagesOf(externals: StageCode['externals']): Promise<StageCode['packages']> {
    this.#seals.clear();
    this.#packages.recheck();
    return (await this.#packages.of(externals, this.#knownImports())).identities;
  }

  save(): void {
    if (!this.#changed && !this.#packages.changed) return;
    const stages = [...this.#remembered];
    const packages = this.#packages.only(new Set(stages.flatMap(([, remembered]) => remembered.packages)));
    writeIndexFile(this.#interfaces, KIND, JSON.stringify({ stages, packages } satisfies Stored));
    this.#changed = false;
    this.#packages.changed = false;
  }

  #holds(module: string, remembered: Remembered): boolean {
    const { digest } = remembered.code;
    if (!this.#bundles.has(digest) && !existsSync(this.#pathOf(digest) ?? '')) return false;
    const sources = this.#seals.check(remembered.sources);
    if (sources === undefined) return false;
    if (sources !== remembered.sources) {
      this.#remembered.set(module, { ...remembered, sources });
      this.#changed = true;
    }
    return this.#packages.hold(remembered.packages);
  }

  get #interfaces(): string | undefined {
    return this.#directory && join(this.#directory, 'stages.json');
  }

  #pathOf(digest: Digest): string | undefined {
    return this.#directory && join(this.#directory, 'code', `${digest}.json`);
  }
}

function readBundle(path: string | undefined): BundleText | undefined {
  const kept = readIndexFile(path, BUNDLE);
  return kept === undefined ? undefined : (JSON.parse(kept) as BundleText);
}
