import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { StageInterface } from '../plan/plan.ts';
import { problem, type Result, success } from '../problem.ts';
import { bundleStage } from './bundle.ts';
import type { Digest } from './digest.ts';
import type { FileDigests } from './file-digests.ts';
import { closePackages } from './packages.ts';

/** The code of a stage as far as it is really reached, and the packages that it stands on. */
export interface StageCode {
  readonly digest: Digest;
  /** `name@version` → integrity of all packages that the code reaches. */
  readonly packages: Readonly<Record<string, string>>;
  /** Name → folder of the packages that the code itself imports. */
  readonly direct: Readonly<Record<string, string>>;
  readonly externals: Readonly<Record<string, string>>;
  /** Local module, relative to the root → digest of its source. For saying what changed; not in the key. */
  readonly modules: Readonly<Record<string, Digest>>;
  /** Known once the code has been asked for it. */
  readonly interface?: StageInterface;
}

interface Remembered {
  readonly code: StageCode;
  /** File → digest, directory → time of its last change: while these hold, so does `code`. */
  readonly files: Readonly<Record<string, Digest>>;
  readonly directories: Readonly<Record<string, string>>;
}

interface BundleText {
  readonly text: string;
  readonly sourceMap: string;
}

const VERSION = 1;

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
  #changed = false;

  /** `directory`: where this is remembered for the next run; `root`: the folder of the pipeline file. */
  constructor(directory: string, root: string, files: FileDigests) {
    this.#directory = directory;
    this.#root = root;
    this.#files = files;
    this.#remembered = readRemembered(join(directory, 'stages.json'));
  }

  /** The code of the stage module at `module` (absolute). */
  async of(module: string): Promise<Result<StageCode>> {
    const remembered = this.#remembered.get(module);
    if (remembered !== undefined && this.#holds(remembered)) return success(remembered.code);
    if (!existsSync(module)) {
      return problem('there is no such module', { at: { file: module }, advice: 'Write it, or correct the path.' });
    }
    const bundle = await bundleStage(module, this.#root);
    if (!bundle.ok) return bundle;
    const { digest, externals, modules, text, sourceMap, lookedAt } = bundle.value;
    const packages = closePackages(Object.values(externals));
    const digests = (paths: readonly string[]) =>
      Object.fromEntries(paths.map((path) => [path, this.#files.of(resolve(this.#root, path))]));
    const known = remembered?.code.digest === digest ? remembered.code.interface : undefined;
    const code: StageCode = {
      digest,
      packages: packages.identities,
      direct: packages.direct,
      externals,
      modules: digests(modules),
      ...(known && { interface: known }),
    };
    const files = [...lookedAt, ...packages.lookedAt].filter((path) => existsSync(path));
    this.#bundles.set(digest, { text, sourceMap });
    this.#write(this.#pathOf(digest), text);
    this.#write(`${this.#pathOf(digest)}.map`, sourceMap);
    this.#remembered.set(module, { code, files: digests(files), directories: this.#directoriesOf(lookedAt) });
    this.#changed = true;
    return success(code);
  }

  /** Keeps what a stage's code says of itself. */
  describe(module: string, described: StageInterface): void {
    const remembered = this.#remembered.get(module);
    if (remembered === undefined) return;
    this.#remembered.set(module, { ...remembered, code: { ...remembered.code, interface: described } });
    this.#changed = true;
  }

  /** The text of the bundle, and of its source map. */
  read(digest: Digest): BundleText {
    const bundle = this.#bundles.get(digest);
    if (bundle !== undefined) return bundle;
    const path = this.#pathOf(digest);
    return { text: readFileSync(path, 'utf8'), sourceMap: readFileSync(`${path}.map`, 'utf8') };
  }

  save(): void {
    if (!this.#changed) return;
    const remembered = { version: VERSION, root: this.#root, modules: [...this.#remembered] };
    this.#write(join(this.#directory, 'stages.json'), JSON.stringify(remembered));
    this.#changed = false;
  }

  #holds({ code, files, directories }: Remembered): boolean {
    try {
      return (
        Object.entries(directories).every(([path, changed]) => changeOf(path) === changed) &&
        Object.entries(files).every(([path, digest]) => this.#files.of(path) === digest) &&
        existsSync(`${this.#pathOf(code.digest)}.map`)
      );
    } catch {
      return false;
    }
  }

  #directoriesOf(files: readonly string[]): Record<string, string> {
    return Object.fromEntries([...new Set(files.map(dirname))].map((directory) => [directory, changeOf(directory)]));
  }

  #pathOf(digest: Digest): string {
    return join(this.#directory, 'code', `${digest}.mjs`);
  }

  #write(path: string, text: string): void {
    try {
      mkdirSync(dirname(path), { recursive: true });
      const temporary = `${path}.${process.pid}`;
      writeFileSync(temporary, text);
      renameSync(temporary, path);
    } catch {
      // Forgetting costs the next run some time and nothing else.
    }
  }
}

function changeOf(directory: string): string {
  return String(statSync(directory, { bigint: true }).mtimeNs);
}

function readRemembered(file: string): Map<string, Remembered> {
  try {
    const saved = JSON.parse(readFileSync(file, 'utf8')) as { version: number; modules: [string, Remembered][] };
    return new Map(saved.version === VERSION ? saved.modules : []);
  } catch {
    return new Map();
  }
}
