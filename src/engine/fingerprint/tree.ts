import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { problem, type Result, success } from '../../shared/problem.ts';
import type { Beat } from './beat.ts';
import type { Digest } from './digest.ts';
import { nowInNanoseconds } from './file-facts.ts';
import { listNamed } from './file-list.ts';
import { allocateFacts, FACTS, FileTable } from './file-table.ts';
import { FileHasher } from './hash-file.ts';
import { listingOf } from './tree-listing.ts';
import { type Links, sealOf, type Walked, walk } from './walk.ts';

/** The content of a file or directory. File names and bytes count; times, permissions and the location do not. */
export interface Tree {
  readonly digest: Digest;
  readonly kind: 'file' | 'directory';
  readonly files: FileTable;
  readonly bytes: number;
  /** With symbolic links kept, the first entry that is neither a file nor a directory. */
  readonly odd?: string;
}

/** The digest of a tree, without its files. */
export type SealedTree = Pick<Tree, 'digest' | 'kind' | 'bytes' | 'odd'>;

export interface TreeFilter {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export const EVERYTHING: TreeFilter = { include: [], exclude: [] };

const UNOBSERVED: Beat = () => undefined;

/**
 * Computes the digest of a file or directory, following symbolic links, on this thread and at once: for what is small.
 * Fails if something cannot be read.
 */
export function digestTree(path: string, filter: TreeFilter = EVERYTHING, links: Links = 'followed'): Result<Tree> {
  try {
    const walked = select(walk(path, links, nowInNanoseconds(), UNOBSERVED), path, filter);
    if (!walked.ok) return walked;
    hashFiles(path, walked.value.table, walked.value.table.indices(), UNOBSERVED);
    return success({ ...treeOf(walked.value), ...(walked.value.odd !== undefined && { odd: walked.value.odd }) });
  } catch (error) {
    return toProblem(error, path);
  }
}

/** Returns the tree at a path if its seal is unbroken. `beat` may throw to end this. */
export function readSealed(path: string, filter: TreeFilter, seal: string, beat: Beat): Tree | undefined {
  try {
    const all = walk(path, 'followed', nowInNanoseconds(), beat);
    const walked = sealOf(all) === seal ? select(all, path, filter) : undefined;
    if (!walked?.ok) return undefined;
    hashFiles(path, walked.value.table, walked.value.table.indices(), beat);
    return treeOf(walked.value);
  } catch (error) {
    toProblem(error, path);
    return undefined;
  }
}

/** Returns the part of a tree that the filter accepts. Fails if that has something that cannot be digested. */
export function select(walked: Walked, root: string, filter: TreeFilter): Result<Walked> {
  const { kind, table, links, others, odd } = walked;
  if (kind === 'file' && table.length === 0)
    return problem(`${root} is neither a file nor a directory`, { at: { file: root } });
  const accepts = kind === 'file' ? () => true : acceptor(filter);
  const broken = odd === undefined ? links.find(accepts) : undefined;
  if (broken !== undefined) return brokenProblem(`${root}/${broken}`);
  if (kind === 'file' || isOpen(filter)) return success(walked);
  const kept = table.indices().filter((index) => accepts(table.pathAt(index)));
  if (kept.length === 0) {
    return problem(`no file in it matches ${wordsOf(filter)}`, {
      at: { file: root },
      advice: 'Correct the globs. They are relative to this folder, and take in a folder by "folder/**".',
    });
  }
  const places = new Map(kept.map((index, place) => [index, place]));
  return success({
    ...{ kind, links, others },
    table: pick(table, kept),
    racy: walked.racy.flatMap((index) => places.get(index) ?? []),
    emptyDirectories: [],
  });
}

/** Fills in the digests of the files at `indices`. */
export function hashFiles(root: string, table: FileTable, indices: Iterable<number>, beat: Beat): void {
  const hasher = new FileHasher();
  for (const index of indices) {
    const path = table.pathAt(index);
    table.setDigest(index, hasher.hash(path === '' ? root : `${root}/${path}`, table.sizeAt(index), beat));
  }
}

/** Returns the tree once all digests of its files are known. */
export function treeOf(walked: Walked): Tree {
  const { kind, table } = walked;
  const digest = kind === 'file' ? table.digestAt(0) : digestOf(listingOf(walked));
  return { digest, kind, files: table, bytes: table.bytes };
}

function digestOf(parts: Iterable<Uint8Array>): Digest {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest('hex') as Digest;
}

function wordsOf({ include, exclude }: TreeFilter): string {
  const parts = [
    ...(include.length > 0 ? [`include: ${include.join(', ')}`] : []),
    ...(exclude.length > 0 ? [`exclude: ${exclude.join(', ')}`] : []),
  ];
  return parts.join(' and ');
}

/** Returns whether a filter accepts every file. */
export function isOpen({ include, exclude }: TreeFilter): boolean {
  return include.length === 0 && exclude.length === 0;
}

/** Returns whether the file at a path, relative to the filtered folder, passes the filter. */
export function acceptor(filter: TreeFilter): (path: string) => boolean {
  if (isOpen(filter)) return () => true;
  // Loaded on demand: only a filtered tree in which something has changed needs it.
  const picomatch = createRequire(import.meta.url)('picomatch') as typeof import('picomatch');
  const { include, exclude } = filter;
  const included = include.length === 0 ? () => true : picomatch([...include], { dot: true });
  const excluded = exclude.length === 0 ? () => false : picomatch([...exclude], { dot: true });
  return (path) => included(path) && !excluded(path);
}

function pick(table: FileTable, indices: readonly number[]): FileTable {
  const list = listNamed(indices.map((index) => table.pathAt(index)));
  const facts = allocateFacts(indices.length);
  for (const [place, index] of indices.entries())
    facts.set(table.facts.subarray(index * FACTS, (index + 1) * FACTS), place * FACTS);
  return new FileTable({ list, facts });
}

/** Turns an error of the file system into a problem. Rethrows anything else. */
export function toProblem(thrown: unknown, path: string): Result<never> {
  const error = thrown as NodeJS.ErrnoException;
  const place = { at: { file: error.path ?? path } };
  switch (error.code) {
    case 'ENOENT':
      return error.path === undefined || error.path === path
        ? problem('there is no such file or directory', place)
        : brokenProblem(error.path);
    case 'EACCES':
    case 'EPERM':
      return problem('no permission to read it', { ...place, advice: 'Change its permissions (chmod +r).' });
    case undefined:
      throw error;
    default:
      return problem(`cannot read it: ${error.code}`, place);
  }
}

function brokenProblem(path: string): Result<never> {
  return problem('it was deleted while being read, or is a broken symbolic link', {
    at: { file: path },
    advice: 'Fix or delete it.',
  });
}
