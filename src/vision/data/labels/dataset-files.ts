import { stat } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { isMissing, reasonOf } from '../../../shared/wording.ts';

/** Why there is nothing to read at a path of a data set. */
export type Absence =
  | { readonly kind: 'missing' }
  /** A link leads out of the data set, to `target`. */
  | { readonly kind: 'outside'; readonly target: string }
  | { readonly kind: 'broken-link' }
  | { readonly kind: 'unreadable'; readonly reason: string };

export type Entry =
  | Absence
  | { readonly kind: 'file'; readonly bytes: number }
  | { readonly kind: 'folder' }
  /** A device, a socket or a pipe. */
  | { readonly kind: 'special' };

const AT_ONCE = 64;
/** That of `fs/promises` takes half as long again. */
const statOf = promisify(stat);

/** The names in a folder, each with whether it is a link. */
export type Listing = Absence | { readonly kind: 'listed'; readonly names: ReadonlyMap<string, boolean> };

/**
 * The files of a data set, by path below its root. A name is what the folder lists: what one machine's file system finds
 * under another spelling would be missing on the next.
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
    if (file.includes('\uFFFD')) return { kind: 'unreadable', reason: 'its name is not in UTF-8' };
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

  /** Looks at many, some at once. */
  async entries(files: readonly string[]): Promise<readonly Entry[]> {
    const entries: Entry[] = [];
    for (let start = 0; start < files.length; start += AT_ONCE) {
      const some = files.slice(start, start + AT_ONCE);
      entries.push(...(await Promise.all(some.map((file) => this.entry(file)))));
    }
    return entries;
  }

  /** Lists a folder, once however often it is asked for. What is no folder is missing as one. */
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

  /** Where a link leads, if it leaves the data set. */
  async #outside(file: string): Promise<string | undefined> {
    this.#realRoot ??= realpath(this.#root);
    const root = await this.#realRoot;
    const target = await realpath(this.path(file));
    return target === root || target.startsWith(root + path.sep) ? undefined : target;
  }
}

/** What is the matter with an entry that should be a file: the end of a sentence. */
export function entryFault(entry: Exclude<Entry, { kind: 'file' | 'missing' }>): string {
  switch (entry.kind) {
    case 'folder':
      return 'is a folder';
    case 'special':
      return 'is no ordinary file';
    case 'outside':
      return `leads out of the data set by a link, to ${entry.target}`;
    case 'broken-link':
      return 'is a link that leads nowhere';
    case 'unreadable':
      return `cannot be read: ${entry.reason}`;
    default:
      return entry satisfies never;
  }
}
