import { type BigIntStats, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { problem, type Result, success } from '../../shared/problem.ts';
import { type Digest, sha256 } from './digest.ts';
import type { FileDigests } from './file-digests.ts';
import type { FoundFile } from './file-facts.ts';

export interface TreeFile {
  /** Relative to the tree's root, with `/`; empty if the tree is a single file. */
  readonly path: string;
  readonly digest: Digest;
  readonly size: number;
}

/** The content of a file or directory. File names and bytes count; times, permissions and the location do not. */
export interface Tree {
  readonly digest: Digest;
  readonly kind: 'file' | 'directory';
  readonly files: readonly TreeFile[];
  /** Relative paths. None if files were filtered: whether a directory is empty is then not known. */
  readonly emptyDirectories: readonly string[];
  readonly bytes: number;
}

export interface TreeFilter {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

const EVERYTHING: TreeFilter = { include: [], exclude: [] };

/** Computes the digest of a file or directory, following symbolic links. Fails if something cannot be read. */
export function digestTree(path: string, files: FileDigests, filter: TreeFilter = EVERYTHING): Result<Tree> {
  try {
    const stats = statSync(path, { bigint: true });
    if (stats.isFile()) {
      const digest = files.of(path, stats);
      const size = Number(stats.size);
      return success({ digest, kind: 'file', files: [{ path: '', digest, size }], emptyDirectories: [], bytes: size });
    }
    if (!stats.isDirectory()) return problem(`${path} is neither a file nor a directory`, { at: { file: path } });
    const { found, emptyDirectories } = walk(path, stats, acceptor(filter));
    const digests = files.all(found);
    if (isOpen(filter)) files.keepOnly(path, found);
    const tree = found.map(({ relative, stats: { size } }, index) => ({
      path: relative,
      digest: digests[index] as Digest,
      size: Number(size),
    }));
    const content = { files: tree, emptyDirectories: isOpen(filter) ? emptyDirectories : [] };
    const bytes = tree.reduce((sum, file) => sum + file.size, 0);
    return success({ digest: sha256(listingText(content)), kind: 'directory', ...content, bytes });
  } catch (error) {
    return toProblem(error as NodeJS.ErrnoException, path);
  }
}

/** Returns the text whose SHA-256 is the digest of a directory. */
export function listingText({ files, emptyDirectories }: Pick<Tree, 'files' | 'emptyDirectories'>): string {
  return [
    // Distinguishes the digest of a directory from that of a file with the same listing.
    'tree',
    ...files.map((file) => `file ${file.digest} ${file.path}`),
    ...emptyDirectories.map((directory) => `directory ${directory}`),
  ].join('\0');
}

interface Walked {
  /** Sorted by path. */
  readonly found: readonly (FoundFile & { readonly relative: string })[];
  readonly emptyDirectories: readonly string[];
}

function walk(root: string, rootStats: BigIntStats, accepts: (path: string) => boolean): Walked {
  const found: (FoundFile & { readonly relative: string })[] = [];
  const emptyDirectories: string[] = [];
  const visit = (relative: string, stats: BigIntStats, above: readonly string[]): void => {
    const identity = identityOf(stats);
    // A symbolic link to an ancestor would recurse endlessly; its content is counted there already.
    if (above.includes(identity)) return;
    const entries = readdirSync(relative === '' ? root : join(root, relative), { withFileTypes: true });
    if (entries.length === 0 && relative !== '') emptyDirectories.push(relative);
    for (const entry of entries) {
      const inside = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (!entry.isDirectory() && !entry.isSymbolicLink() && !accepts(inside)) continue;
      const path = join(root, inside);
      const inner = statSync(path, { bigint: true, throwIfNoEntry: accepts(inside) });
      // A link to nothing that nobody wants.
      if (inner === undefined) continue;
      if (inner.isDirectory()) visit(inside, inner, [...above, identity]);
      else if (inner.isFile() && accepts(inside)) found.push({ relative: inside, path, stats: inner });
    }
  };
  visit('', rootStats, []);
  found.sort((a, b) => (a.relative < b.relative ? -1 : 1));
  return { found, emptyDirectories: emptyDirectories.sort() };
}

/** Returns the identity of a file or directory, independent of the path by which it is reached. */
export function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

/** Returns whether a filter accepts every file. */
export function isOpen({ include, exclude }: TreeFilter): boolean {
  return include.length === 0 && exclude.length === 0;
}

function acceptor(filter: TreeFilter): (path: string) => boolean {
  if (isOpen(filter)) return () => true;
  // Loaded on demand: only a filtered tree in which something has changed needs it.
  const picomatch = createRequire(import.meta.url)('picomatch') as typeof import('picomatch');
  const { include, exclude } = filter;
  const included = include.length === 0 ? () => true : picomatch([...include], { dot: true });
  const excluded = exclude.length === 0 ? () => false : picomatch([...exclude], { dot: true });
  return (path) => included(path) && !excluded(path);
}

function toProblem(error: NodeJS.ErrnoException, path: string): Result<never> {
  const place = { at: { file: error.path ?? path } };
  switch (error.code) {
    case 'ENOENT':
      return error.path === undefined || error.path === path
        ? problem('there is no such file or directory', place)
        : problem('it was deleted while being read, or is a broken symbolic link', {
            ...place,
            advice: 'Fix or delete it.',
          });
    case 'EACCES':
    case 'EPERM':
      return problem('no permission to read it', { ...place, advice: 'Change its permissions (chmod +r).' });
    case undefined:
      throw error;
    default:
      return problem(`cannot read it: ${error.code}`, place);
  }
}
