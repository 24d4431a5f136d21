import { stat } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { isInside } from '../../../shared/paths-below.ts';
import { isMissing, reasonOf } from '../../../shared/wording.ts';

/** Why a path of a data set cannot be read. */
export type Absence =
  | { readonly kind: 'missing' }
  /** A symbolic link to `target`, which is outside the data set. */
  | { readonly kind: 'outside'; readonly target: string }
  | { readonly kind: 'broken-link' }
  | { readonly kind: 'unreadable'; readonly reason: string };

export type Entry =
  | Absence
  | { readonly kind: 'file'; readonly bytes: number }
  | { readonly kind: 'folder' }
  /** A device, a socket or a pipe. */
  | { readonly kind: 'special' };

const CONCURRENCY = 64;
/** The one of `fs/promises` takes 1.5 times as long. */
const statOf = promisify(stat);

/** The names in a folder; the value says whether the entry is a symbolic link. */
export type Listing = Absence | { readonly kind: 'listed'; readonly names: ReadonlyMap<string, boolean> };

/**
 * The files of a data set, by path below its root. A name has to match the listing of its folder exactly: a file system
 * that ignores case or Unicode normalization would find files that are missing on another machine.
 */
export class DatasetFiles {
  readonly #root: string;
  readonly #listings = new Map<string, Promise<Listing>>();
  #realRoot: Promise<string> | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  path(file: string): string {
    return path.join(this.#root, file);
  }

  async entry(file: string): Promise<Entry> {
    if (file === '.') return { kind: 'folder' };
    const folder = await this.list(path.posix.dirname(file));
    if (folder.kind !== 'listed') return folder;
    const isLink = folder.names.get(path.posix.basename(file));
    if (isLink === undefined) return { kind: 'missing' };
    if (file.includes('\uFFFD')) return { kind: 'unreadable', reason: 'its name is not valid UTF-8' };
    try {
      const target = isLink ? await this.#outside(file) : undefined;
      if (target !== undefined) return { kind: 'outside', target };
      const stats = await statOf(this.path(file));
      if (stats.isDirectory()) return { kind: 'folder' };
      return stats.isFile() ? { kind: 'file', bytes: stats.size } : { kind: 'special' };
    } catch (error) {
      return isLink && isMissing(error) ? { kind: 'broken-link' } : { kind: 'unreadable', reason: reasonOf(error) };
    }
  }

  /** Returns the entries of many paths, in their order; up to 64 are read concurrently. */
  async entries(files: readonly string[]): Promise<readonly Entry[]> {
    const entries: Entry[] = [];
    for (let start = 0; start < files.length; start += CONCURRENCY) {
      const some = files.slice(start, start + CONCURRENCY);
      entries.push(...(await Promise.all(some.map((file) => this.entry(file)))));
    }
    return entries;
  }

  /** Lists a folder; the listing is cached. A path that is not a folder is reported as missing. */
  list(folder: string): Promise<Listing> {
    const known = this.#listings.get(folder) ?? this.#list(folder);
    this.#listings.set(folder, known);
    return known;
  }

  async #list(folder: string): Promise<Listing> {
    const entry = await this.entry(folder);
    if (entry.kind === 'file' || entry.kind === 'special') return { kind: 'missing' };
    if (entry.kind !== 'folder') return entry;
    try {
      const entries = await readdir(this.path(folder), { withFileTypes: true });
      return { kind: 'listed', names: new Map(entries.map((found) => [found.name, found.isSymbolicLink()])) };
    } catch (error) {
      return isMissing(error) ? { kind: 'missing' } : { kind: 'unreadable', reason: reasonOf(error) };
    }
  }

  /** Returns the target of a symbolic link if that is outside the data set. */
  async #outside(file: string): Promise<string | undefined> {
    this.#realRoot ??= realpath(this.#root);
    const root = await this.#realRoot;
    const target = await realpath(this.path(file));
    return isInside(root, target) ? undefined : target;
  }
}

/** Describes why an entry is not a readable file, as the end of a sentence. */
export function entryFault(entry: Exclude<Entry, { kind: 'file' | 'missing' }>): string {
  switch (entry.kind) {
    case 'folder':
      return 'is a folder';
    case 'special':
      return 'is not a regular file';
    case 'outside':
      return `is a symbolic link to ${entry.target}, outside the data set`;
    case 'broken-link':
      return 'is a broken symbolic link';
    case 'unreadable':
      return `cannot be read: ${entry.reason}`;
    default:
      return entry satisfies never;
  }
}
