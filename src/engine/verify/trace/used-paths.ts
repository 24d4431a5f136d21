import { dirname } from 'node:path';
import type { Place } from '../../../shared/problem.ts';
import type { Access, PathUse } from './accesses.ts';
import { isLibrary, reasonToAllow } from './rules.ts';
import type { Surroundings } from './surroundings.ts';

/** What a stage has done with a path that it has not declared. */
export interface Used {
  readonly use: PathUse;
  /** Absolute. Of several files in one folder, the folder. */
  readonly path: string;
  /** The names of the files, if there are several. */
  readonly names: readonly string[];
  /** Whether there was something. */
  readonly found: boolean;
  readonly at?: Place;
}

/** From the weakest to the strongest: what was read was usually looked at before. */
const STRENGTH: readonly PathUse[] = ['look', 'list', 'read', 'write', 'run'];

/** More files than this in one folder are reported together. */
const MOST_SINGLE = 3;

/** Collects the paths that a stage uses without having declared them. */
export class UsedPaths {
  readonly #surroundings: Surroundings;
  readonly #asked: ReadonlyMap<string, Place | undefined>;
  readonly #made = new Set<string>();
  /** The folders in which a shared library was searched. */
  readonly #searched = new Set<string>();
  readonly #allowed = new Set<string>();
  readonly #used = new Map<string, Used>();

  /** @param asked the paths that the code of the stage has handed to Node itself, and where. */
  constructor(surroundings: Surroundings, asked: ReadonlyMap<string, Place | undefined>) {
    this.#surroundings = surroundings;
    this.#asked = asked;
  }

  add(access: Access): void {
    const { use, path, found, creates, program } = access;
    if (creates) this.#made.add(path);
    if (!found && isLibrary(path)) this.#searched.add(dirname(path));
    // What was allowed once stays so.
    const id = `${use} ${found} ${program} ${path}`;
    if (this.#allowed.has(id)) return;
    const isMade = foldersOf(path).some((folder) => this.#made.has(folder));
    const judged = {
      ...{ ...access, surroundings: this.#surroundings, isByStage: this.#asked.has(path), isMade },
      isSearched: this.#searched.has(path),
    };
    if (reasonToAllow(judged) !== undefined) {
      this.#allowed.add(id);
      return;
    }
    const before = this.#used.get(path);
    const stronger = before === undefined || STRENGTH.indexOf(use) > STRENGTH.indexOf(before.use) ? use : before.use;
    const at = this.#asked.get(path);
    this.#used.set(path, { use: stronger, path, names: [], found: found || before?.found === true, ...(at && { at }) });
  }

  /** Returns what was used, without what goes without saying. */
  all(): readonly Used[] {
    // Whoever reads a file has passed the folders above it.
    const above = new Set([...this.#used.keys()].flatMap((path) => foldersOf(dirname(path))));
    const used = [...this.#used.values()].filter(
      ({ use, path, found }) => use !== 'look' || !found || !above.has(path),
    );
    const groups = new Map<string, Used[]>();
    for (const one of used) {
      const group = groups.get(groupOf(one));
      if (group === undefined) groups.set(groupOf(one), [one]);
      else group.push(one);
    }
    return [...groups.values()].flatMap(together);
  }
}

function groupOf({ use, path, found, at }: Used): string {
  return JSON.stringify([use, found, dirname(path), at]);
}

function together(used: readonly Used[]): readonly Used[] {
  const [first] = used;
  if (first === undefined || used.length <= MOST_SINGLE) return used;
  const folder = dirname(first.path);
  return [{ ...first, path: folder, names: used.map(({ path }) => path.slice(folder.length).replace(/^\//, '')) }];
}

/** Returns a path and those of the folders above it. */
function foldersOf(path: string): string[] {
  const above = dirname(path);
  return above === path ? [path] : [path, ...foldersOf(above)];
}
