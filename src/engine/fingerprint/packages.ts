import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { parseJson } from '../../shared/parse-json.ts';
import { isBelow } from '../../shared/paths-below.ts';
import { type FileKind, readText } from '../../shared/read-file.ts';
import { sha256 } from './digest.ts';
import { packageCandidates } from './resolution-files.ts';

/** The installed packages that a bundle imports, with all their dependencies. */
export interface PackageClosure {
  /** `name@version` → integrity from npm's lockfile, or else the digest of the package's own package.json. */
  readonly identities: Readonly<Record<string, string>>;
  /** `name@version` → the folders in which it is installed, absolute; usually one. */
  readonly folders: Readonly<Record<string, readonly string[]>>;
  /** Files whose content or absence determines this result, absolute. */
  readonly resolutionFiles: readonly string[];
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  /** The names of the packages that it depends on. */
  readonly wanted: readonly string[];
}

/** Collects the packages that own `files` (absolute, inside `node_modules`) and, recursively, their dependencies. */
export function closePackages(files: readonly string[]): PackageClosure {
  const identities: Record<string, string> = {};
  const installed: Record<string, string[]> = {};
  const resolutionFiles = new Set<string>();
  const lockfiles = new Lockfiles();
  const folders = new Set(files.map(packageFolder));
  // The set grows during the iteration: the dependencies of a package are visited after it, each once.
  for (const folder of folders) {
    resolutionFiles.add(join(folder, 'package.json'));
    const text = read(join(folder, 'package.json'), 'manifest');
    if (text === undefined) continue;
    const manifest = parseManifest(text);
    const id = `${manifest.name ?? nameOf(folder)}@${manifest.version ?? ''}`;
    identities[id] = lockfiles.integrityOf(folder) ?? sha256(text);
    installed[id] = [...(installed[id] ?? []), folder];
    for (const name of new Set(manifest.wanted)) {
      const candidates = packageCandidates(name, folder, isPackage);
      for (const file of candidates) resolutionFiles.add(file);
      const dependency = dirname(candidates.at(-1) ?? '');
      if (isPackage(dependency)) folders.add(dependency);
    }
  }
  return {
    identities: Object.fromEntries(Object.entries(identities).sort(([a], [b]) => (a < b ? -1 : 1))),
    folders: installed,
    resolutionFiles: [...resolutionFiles, ...lockfiles.files],
  };
}

/** Reads npm's hidden lockfiles, which list the installed packages. */
class Lockfiles {
  readonly #byModules = new Map<string, Readonly<Record<string, string>>>();

  get files(): string[] {
    return [...this.#byModules.keys()].map(lockfileIn);
  }

  integrityOf(folder: string): string | undefined {
    const parts = folder.split(sep);
    const modules = parts.slice(0, parts.indexOf('node_modules') + 1).join(sep);
    let packages = this.#byModules.get(modules);
    if (packages === undefined) {
      packages = integritiesIn(objectOf(parseJson(read(lockfileIn(modules), 'installedPackages') ?? '')?.value));
      this.#byModules.set(modules, packages);
    }
    return packages[relative(dirname(modules), folder).replaceAll(sep, '/')];
  }
}

function lockfileIn(modules: string): string {
  return join(modules, '.package-lock.json');
}

/** Returns the package folder of a file: `…/node_modules/@scope/name`. */
function packageFolder(file: string): string {
  const parts = file.split(sep);
  const index = parts.lastIndexOf('node_modules');
  return parts.slice(0, index + (parts[index + 1]?.startsWith('@') ? 3 : 2)).join(sep);
}

function nameOf(folder: string): string {
  const scope = basename(dirname(folder));
  return scope.startsWith('@') ? `${scope}/${basename(folder)}` : basename(folder);
}

/** Parses a package.json. What is invalid in it counts as absent. */
function parseManifest(text: string): Manifest {
  const { name, version, ...rest } = objectOf(parseJson(text)?.value);
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof version === 'string' && { version }),
    wanted: ['peerDependencies', 'optionalDependencies', 'dependencies'].flatMap((kind) =>
      Object.keys(objectOf(rest[kind])).filter(isPackageName),
    ),
  };
}

/** Returns the integrity of each package in npm's lockfile, by its folder. */
function integritiesIn(lockfile: Fields): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [folder, entry] of Object.entries(objectOf(lockfile['packages']))) {
    const { integrity } = objectOf(entry);
    if (typeof integrity === 'string') found[folder] = integrity;
  }
  return found;
}

type Fields = Readonly<Record<string, unknown>>;

function objectOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** A name is used as a part of a path. */
function isPackageName(name: string): boolean {
  return isBelow(name) && /^(@[^/]+\/)?[^/]+$/.test(name);
}

function isPackage(folder: string): boolean {
  return existsSync(join(folder, 'package.json'));
}

/** Package managers that share a store link to its files. */
function read(file: string, kind: FileKind): string | undefined {
  const text = readText(file, kind, 'follow');
  return text.ok ? text.value : undefined;
}
