import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
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
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
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
    const text = read(join(folder, 'package.json'));
    if (text === undefined) continue;
    const manifest = parseManifest(text);
    const id = `${manifest.name ?? nameOf(folder)}@${manifest.version ?? ''}`;
    identities[id] = lockfiles.integrityOf(folder) ?? sha256(text);
    installed[id] = [...(installed[id] ?? []), folder];
    const wanted = { ...manifest.peerDependencies, ...manifest.optionalDependencies, ...manifest.dependencies };
    for (const name of Object.keys(wanted)) {
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
  readonly #byModules = new Map<string, Readonly<Record<string, { integrity?: string }>>>();

  get files(): string[] {
    return [...this.#byModules.keys()].map(lockfileIn);
  }

  integrityOf(folder: string): string | undefined {
    const parts = folder.split(sep);
    const modules = parts.slice(0, parts.indexOf('node_modules') + 1).join(sep);
    let packages = this.#byModules.get(modules);
    if (packages === undefined) {
      const text = read(lockfileIn(modules));
      packages = text === undefined ? {} : ((JSON.parse(text) as { packages?: typeof packages }).packages ?? {});
      this.#byModules.set(modules, packages);
    }
    return packages[relative(dirname(modules), folder).replaceAll(sep, '/')]?.integrity;
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

/** Parses a package.json; returns an empty manifest if it is invalid. */
function parseManifest(text: string): Manifest {
  try {
    return JSON.parse(text) as Manifest;
  } catch {
    return {};
  }
}

function isPackage(folder: string): boolean {
  return existsSync(join(folder, 'package.json'));
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
