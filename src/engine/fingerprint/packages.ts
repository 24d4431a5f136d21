import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { parseJson } from '../../shared/parse-json.ts';
import { isBelow } from '../../shared/paths-below.ts';
import { readText } from '../../shared/read-file.ts';
import { type Digest, sha256 } from './digest.ts';
import type { FileDigests } from './file-digests.ts';
import { packageText } from './listings.ts';
import { hasNativeParts, type PackageContent, reachedContent, wholeContent } from './package-content.ts';
import type { PackageGraph, PackageModules } from './package-graph.ts';
import { packageCandidates, packageName } from './resolution-files.ts';
import type { Watched } from './seals.ts';

/** The installed packages that a bundle reaches. */
export interface PackageClosure {
  /** `name@version` → digest of the content that counts, independent of where it is installed. */
  readonly identities: Readonly<Record<string, Digest>>;
  /** `name@version` → the folders in which it is installed, absolute; usually one. */
  readonly folders: Readonly<Record<string, readonly string[]>>;
  /** `name@version` → the files that count: path in the package → digest. */
  readonly contents: Readonly<Record<string, ReadonlyMap<string, Digest>>>;
  /** `name@version` → the text whose digest is its identity. */
  readonly listings: Readonly<Record<string, string>>;
  /** What determines this result, by package. */
  readonly watched: readonly Watched[];
}

export interface PackageServices {
  readonly graph: PackageGraph;
  readonly digests: FileDigests;
  /** Names of the packages whose native parts runtime facts stand for. */
  readonly covered: ReadonlySet<string>;
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  /** The names of the packages that it depends on. */
  readonly wanted: readonly string[];
}

/** A package as it is installed in one folder. */
interface Installed {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly files: string[];
  /** Where its dependencies are looked for. */
  readonly candidates: Set<string>;
  /** The files to which imports of the stage lead, and the packages to which its own imports lead, with specifiers. */
  readonly entries: [specifier: string, path: string][];
  readonly links: [specifier: string, target: Installed][];
  isWhole: boolean;
}

/**
 * Collects the packages that the imports of a bundle reach. Of a package in which every import is known before it runs,
 * the files that are reached count. If it has native parts, or may find files at run time, all of its files count, and
 * all of the packages that it depends on.
 *
 * @param externals the specifier of each import → the absolute path of the file.
 */
export async function closePackages(
  externals: Readonly<Record<string, string>>,
  { graph, digests, covered }: PackageServices,
): Promise<PackageClosure> {
  const modules = await graph.reachedFrom(Object.values(externals));
  const packages = new InstalledPackages(modules);
  for (const [specifier, file] of Object.entries(externals)) {
    const target = packages.owning(file);
    target.entries.push([specifier, relative(target.folder, file).split(sep).join('/')]);
  }
  packages.addDependencies(covered);
  return describe([...packages.all], digests);
}

class InstalledPackages {
  readonly #modules: PackageModules;
  readonly #byFolder = new Map<string, Installed>();

  constructor(modules: PackageModules) {
    this.#modules = modules;
    for (const file of modules.keys()) this.owning(file).files.push(file);
  }

  get all(): Iterable<Installed> {
    return this.#byFolder.values();
  }

  /** Returns the package that owns a file: the one in the nearest folder with a package.json, if it is linked source. */
  owning(file: string): Installed {
    return this.#in(packageFolder(file));
  }

  /** Follows the imports between packages, and marks those of which all files count. */
  addDependencies(covered: ReadonlySet<string>): void {
    const open = new Set<Installed>();
    for (const [file, { imports, unresolved, isOpen }] of this.#modules) {
      const owner = this.owning(file);
      for (const [specifier, target] of imports) {
        const to = this.owning(target);
        if (to === owner) continue;
        owner.links.push([specifier, to]);
        if (/^[^./#]/.test(specifier)) this.#find(specifier, owner);
      }
      for (const specifier of unresolved) this.#watch(specifier, file, owner);
      if (isOpen) open.add(owner);
    }
    for (const one of this.all) if (open.has(one) || hasNativeParts(one.folder)) this.#markWhole(one, covered);
  }

  #markWhole(one: Installed, covered: ReadonlySet<string>): void {
    if (one.isWhole || covered.has(nameOf(one))) return;
    one.isWhole = true;
    for (const name of one.manifest.wanted) {
      const folder = this.#find(name, one);
      if (folder !== undefined) this.#markWhole(this.#in(realpathSync(folder)), covered);
    }
  }

  /** Returns the folder in which Node finds a package, and records where it looks. */
  #find(specifier: string, { folder, candidates }: Installed): string | undefined {
    const looked = packageCandidates(packageName(specifier), folder, isPackage);
    for (const candidate of looked) candidates.add(candidate);
    const found = dirname(looked.at(-1) ?? '');
    return isPackage(found) ? found : undefined;
  }

  /** Records where Node looks for an import that leads nowhere now. */
  #watch(specifier: string, file: string, owner: Installed): void {
    if (/^[^./#]/.test(specifier)) this.#find(specifier, owner);
    if (!specifier.startsWith('.')) return;
    const path = join(dirname(file), specifier);
    for (const ending of ['', '.js', '.json', '.node', '/package.json', '/index.js', '/index.json', '/index.node'])
      owner.candidates.add(path + ending);
  }

  #in(folder: string): Installed {
    const known = this.#byFolder.get(folder);
    if (known !== undefined) return known;
    const manifest = parseManifest(join(folder, 'package.json'));
    const added = {
      folder,
      manifest,
      files: [],
      candidates: new Set<string>(),
      entries: [],
      links: [],
      isWhole: false,
    };
    this.#byFolder.set(folder, added);
    return added;
  }
}

/** Merges the copies of a package by name and version: where package managers put them is no part of an identity. */
function describe(packages: readonly Installed[], digests: FileDigests): PackageClosure {
  const contents: Record<string, Map<string, Digest>> = {};
  const links: Record<string, Set<string>> = {};
  const folders: Record<string, string[]> = {};
  const watched: Watched[] = [];
  const ids = new Set(packages.map(idOf));
  const versionsOf = (name: string) => [...ids].filter((id) => id.startsWith(`${name}@`)).length;
  for (const one of packages) {
    const id = idOf(one);
    const found = one.isWhole ? wholeContent(one.folder, digests) : reachedContent(one.folder, one.files, digests);
    contents[id] = merged(contents[id] ?? new Map(), found);
    folders[id] = [...(folders[id] ?? []), one.folder];
    links[id] ??= new Set();
    for (const [specifier, path] of one.entries) links[id].add(`${specifier} ${path}`);
    // Without the version, so that an upgrade of a dependency is a change of that one alone.
    for (const [specifier, to] of one.links)
      links[id].add(`${specifier} ${versionsOf(nameOf(to)) > 1 ? idOf(to) : nameOf(to)}`);
    watched.push({
      files: [...new Set([join(one.folder, 'package.json'), ...found.files, ...one.candidates])],
      directories: found.directories,
    });
  }
  const listings = Object.keys(contents)
    .sort()
    .map((id) => [id, packageText(contents[id] ?? new Map(), links[id] ?? [])] as const);
  const identities = Object.fromEntries(listings.map(([id, text]) => [id, sha256(text)]));
  return { identities, folders, contents, listings: Object.fromEntries(listings), watched };
}

/** Two copies of one version may differ where one was edited. */
function merged(known: Map<string, Digest>, { digests }: PackageContent): Map<string, Digest> {
  for (const [path, digest] of digests) {
    const other = known.get(path);
    known.set(path, other === undefined || other === digest ? digest : sha256([other, digest].sort().join(' ')));
  }
  return known;
}

function idOf(one: Installed): string {
  return `${nameOf(one)}@${one.manifest.version ?? ''}`;
}

function nameOf({ folder, manifest }: Installed): string {
  const scope = basename(dirname(folder));
  return manifest.name ?? (scope.startsWith('@') ? `${scope}/${basename(folder)}` : basename(folder));
}

/** Returns the package folder of a file: `…/node_modules/@scope/name`, or where the nearest package.json is. */
function packageFolder(file: string): string {
  const parts = file.split(sep);
  const index = parts.lastIndexOf('node_modules');
  if (index !== -1) return parts.slice(0, index + (parts[index + 1]?.startsWith('@') ? 3 : 2)).join(sep);
  let folder = dirname(file);
  while (parseManifest(join(folder, 'package.json')).name === undefined && dirname(folder) !== folder)
    folder = dirname(folder);
  return isPackage(folder) ? folder : dirname(file);
}

/** Parses a package.json. What is absent or invalid in it counts as absent. */
function parseManifest(path: string): Manifest {
  // Package managers that share a store link to its files.
  const text = readText(path, 'manifest', 'follow');
  const { name, version, ...rest } = objectOf(text.ok ? parseJson(text.value)?.value : undefined);
  const kinds = ['peerDependencies', 'optionalDependencies', 'dependencies'];
  const wanted = kinds.flatMap((kind) => Object.keys(objectOf(rest[kind])).filter(isPackageName));
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof version === 'string' && { version }),
    wanted: [...new Set(wanted)],
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

/** A name is used as a part of a path. */
function isPackageName(name: string): boolean {
  return isBelow(name) && /^(@[^/]+\/)?[^/]+$/.test(name);
}

function isPackage(folder: string): boolean {
  return existsSync(join(folder, 'package.json'));
}
