import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { JsonObject } from '../../shared/json.ts';
import { type Digest, sha256 } from './digest.ts';
import type { FileDigests } from './file-digests.ts';
import { readable } from './seals.ts';

/** The files of a package that count. */
export interface PackageContent {
  /** Path relative to the package's folder, with `/` → digest. */
  readonly digests: ReadonlyMap<string, Digest>;
  /** Absolute paths of the files that were read, and of the directories that were listed. */
  readonly files: readonly string[];
  readonly directories: readonly string[];
}

/** What a package manager, a bundler or a compiler leaves in the folder of a package. Packages inside count separately. */
const IGNORED = new Set([
  'node_modules',
  '.cache',
  '.git',
  '.vite',
  '.DS_Store',
  '.package-lock.json',
  '.yarn-integrity',
]);
const NATIVE = /\.(?:node|wasm|dll|dylib|so(?:\.\d+)*)$/;
/** What node-gyp and cmake-js leave beside the library that they build, with paths and times of this machine. */
const BUILD_STEPS = new Set(['obj.target', 'CMakeFiles', '.deps']);

/** The fields of a package.json that decide how its modules are found and read. */
const RESOLUTION = ['name', 'version', 'type', 'main', 'exports', 'imports'];

/** Digests all files of the package in `folder` that are no by-products of its installation. */
export function wholeContent(folder: string, digests: FileDigests): PackageContent {
  const { files, directories } = walk(folder);
  return {
    digests: new Map(files.map((file) => [pathIn(folder, file), digestOf(file, digests, true)])),
    files,
    directories,
  };
}

/** Digests those `files` (absolute) of the package in `folder`, and how its package.json files say to read them. */
export function reachedContent(folder: string, files: readonly string[], digests: FileDigests): PackageContent {
  const directories = new Set([folder]);
  for (const file of files) {
    for (let above = dirname(file); above.startsWith(folder + sep) && !directories.has(above); above = dirname(above))
      directories.add(above);
  }
  const manifests = [...directories].map((directory) => join(directory, 'package.json')).filter(isFile);
  const reached = new Set(files);
  return {
    digests: new Map([
      ...manifests.map((file) => [pathIn(folder, file), digestOf(file, digests, reached.has(file))] as const),
      ...files
        .filter((file) => basename(file) !== 'package.json')
        .map((file) => [pathIn(folder, file), digestOf(file, digests, true)] as const),
    ]),
    files: [...new Set([...manifests, ...files])],
    directories: [...directories],
  };
}

/** Returns whether a package has native parts, or the source of some: what loads these cannot be seen. */
export function hasNativeParts(folder: string): boolean {
  return walk(folder).files.some((file) => NATIVE.test(file) || basename(file) === 'binding.gyp');
}

function walk(root: string): { files: string[]; directories: string[] } {
  const files: string[] = [];
  const directories: string[] = [];
  const isBuilt = isFile(join(root, 'binding.gyp')) || isFile(join(root, 'CMakeLists.txt'));
  const visit = (directory: string, above: readonly string[], builds: boolean): void => {
    const real = realpathSync(directory);
    // A link to a folder above leads to nothing new.
    if (above.includes(real)) return;
    directories.push(directory);
    for (const entry of readable(() => readdirSync(directory, { withFileTypes: true })) ?? []) {
      if (IGNORED.has(entry.name) || (builds && BUILD_STEPS.has(entry.name))) continue;
      const path = join(directory, entry.name);
      if (isDirectory(entry, path)) visit(path, [...above, real], builds || (isBuilt && path === join(root, 'build')));
      else if ((!builds || NATIVE.test(entry.name)) && isFile(path)) files.push(path);
    }
  };
  visit(root, [], false);
  return { files, directories };
}

function isDirectory(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return readable(() => statSync(path))?.isDirectory() === true;
}

function isFile(path: string): boolean {
  return readable(() => statSync(path))?.isFile() === true;
}

function pathIn(folder: string, file: string): string {
  return relative(folder, file).split(sep).join('/');
}

/** Text is digested with `\n` at the end of lines: package managers and checkouts differ in that, and Node does not care. */
function digestOf(file: string, digests: FileDigests, isRead: boolean): Digest {
  return readable(() => readDigest(file, digests, isRead)) ?? sha256('unreadable');
}

function readDigest(file: string, digests: FileDigests, isRead: boolean): Digest {
  if (basename(file) === 'package.json') return manifestDigest(readFileSync(file, 'utf8'), isRead);
  if (!/\.(?:[cm]?js|json)$/.test(file)) return digests.of(file);
  const bytes = readFileSync(file);
  if (!bytes.includes('\r\n')) return sha256(bytes);
  return sha256(Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'));
}

/** `isRead`: whether the package may read the file itself. What npm up to version 6 adds begins with `_`. */
function manifestDigest(text: string, isRead: boolean): Digest {
  try {
    const fields = Object.entries(JSON.parse(text) as JsonObject).filter(([name]) =>
      isRead ? !name.startsWith('_') : RESOLUTION.includes(name),
    );
    // The order inside of a field stays: in "exports", it decides.
    return sha256(JSON.stringify(fields.sort(([a], [b]) => (a < b ? -1 : 1))));
  } catch {
    return sha256(text);
  }
}
