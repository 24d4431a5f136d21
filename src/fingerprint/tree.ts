import { type BigIntStats, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { problem, type Result, success } from '../problem.ts';
import { type Digest, sha256 } from './digest.ts';
import type { FileDigests } from './file-digests.ts';

export interface TreeFile {
  /** Relative to the tree's root, with `/`; empty if the tree is a single file. */
  readonly path: string;
  readonly digest: Digest;
  readonly size: number;
}

/** The content of a file or directory. Names and bytes count; times, permissions and where it lies don't. */
export interface Tree {
  readonly digest: Digest;
  readonly kind: 'file' | 'directory';
  readonly files: readonly TreeFile[];
  readonly bytes: number;
}

export interface TreeFilter {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

const EVERYTHING: TreeFilter = { include: [], exclude: [] };

/** Digests what lies at `path`, following symbolic links. */
export function digestTree(path: string, files: FileDigests, filter: TreeFilter = EVERYTHING): Result<Tree> {
  try {
    const stats = statSync(path, { bigint: true });
    if (stats.isFile()) {
      const digest = files.of(path, stats);
      const size = Number(stats.size);
      return success({ digest, kind: 'file', files: [{ path: '', digest, size }], bytes: size });
    }
    if (!stats.isDirectory()) return problem(`${path} is neither a file nor a directory`, { at: { file: path } });
    const found: TreeFile[] = [];
    const emptyDirectories: string[] = [];
    walk(path, '', stats, [], { files, found, emptyDirectories, accepts: acceptor(filter) });
    found.sort((a, b) => (a.path < b.path ? -1 : 1));
    const listing = [
      ...found.map((file) => `file ${file.digest} ${file.path}`),
      ...(isOpen(filter) ? emptyDirectories.sort().map((directory) => `directory ${directory}`) : []),
    ];
    const bytes = found.reduce((sum, file) => sum + file.size, 0);
    // The first line keeps a directory's digest apart from that of a file with the same listing.
    return success({ digest: sha256(['tree', ...listing].join('\0')), kind: 'directory', files: found, bytes });
  } catch (error) {
    return toProblem(error as NodeJS.ErrnoException, path);
  }
}

interface Walk {
  readonly files: FileDigests;
  readonly found: TreeFile[];
  readonly emptyDirectories: string[];
  readonly accepts: (path: string) => boolean;
}

function walk(root: string, relative: string, stats: BigIntStats, above: readonly string[], state: Walk): void {
  const identity = `${stats.dev}:${stats.ino}`;
  // A link to a directory above itself would never end; its content is already counted there.
  if (above.includes(identity)) return;
  const directory = relative === '' ? root : join(root, relative);
  const entries = readdirSync(directory, { withFileTypes: true });
  if (entries.length === 0 && relative !== '') state.emptyDirectories.push(relative);
  for (const entry of entries) {
    const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
    if (entry.isDirectory() || entry.isSymbolicLink() || state.accepts(path)) {
      const full = join(root, path);
      const inner = statSync(full, { bigint: true });
      if (inner.isDirectory()) walk(root, path, inner, [...above, identity], state);
      else if (inner.isFile() && state.accepts(path)) {
        state.found.push({ path, digest: state.files.of(full, inner), size: Number(inner.size) });
      }
    }
  }
}

function isOpen({ include, exclude }: TreeFilter): boolean {
  return include.length === 0 && exclude.length === 0;
}

function acceptor(filter: TreeFilter): (path: string) => boolean {
  if (isOpen(filter)) return () => true;
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
        : problem('it went away while it was read, or is a symbolic link to nothing', {
            ...place,
            advice: 'Mend or remove it.',
          });
    case 'EACCES':
    case 'EPERM':
      return problem('it may not be read', { ...place, advice: 'Change its permissions (chmod +r).' });
    case undefined:
      throw error;
    default:
      return problem(`it cannot be read: ${error.code}`, place);
  }
}
