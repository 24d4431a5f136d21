import { dirname, join } from 'node:path';
import { readText } from '../../shared/read-file.ts';
import type { ActionRecord } from '../cache/records.ts';
import { lockedText, lockfilesIn } from '../execute/lockfile.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';

type Outputs = Readonly<Record<string, Digest>>;

/** The results in the lockfiles of a project. They are read once a run, as far as they are needed. */
export class LockedResults {
  readonly #path: string;
  #text: string | undefined;
  #all: Promise<ReadonlyMap<ActionKey, readonly Outputs[]>> | undefined;

  /** @param path the path of the current lockfile, absolute. */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Returns whether the current lockfile has this result, in the words in which `writeLockfile` writes it. This is how
   * it is when nothing has changed; then no YAML has to be parsed.
   */
  hasExactly({ key, outputs }: ActionRecord): boolean {
    this.#text ??= read(this.#path);
    return this.#text.includes(lockedText(key, digestsOf(outputs)));
  }

  /** Returns how a result relates to the lockfiles of all pipelines in the folder, and of all their profiles. `absent`: they do not have its key. */
  async compare({ key, outputs }: ActionRecord): Promise<'equal' | 'different' | 'absent'> {
    this.#all ??= readAll(dirname(this.#path));
    const locked = (await this.#all).get(key) ?? [];
    if (locked.length === 0) return 'absent';
    return locked.some((each) => areEqual(each, digestsOf(outputs))) ? 'equal' : 'different';
  }
}

/** Lockfiles that cannot be read have no results. The commands that need them report why. */
async function readAll(root: string): Promise<ReadonlyMap<ActionKey, readonly Outputs[]>> {
  const results = new Map<ActionKey, Outputs[]>();
  const names = lockfilesIn(root);
  if (names.length === 0) return results;
  const { readLockfile } = await import('../execute/read-lockfile.ts');
  for (const name of names) {
    const lockfile = readLockfile(join(root, name), name);
    for (const { key, outputs } of (lockfile.ok ? lockfile.value : undefined)?.values() ?? [])
      results.set(key, [...(results.get(key) ?? []), outputs]);
  }
  return results;
}

function digestsOf(outputs: ActionRecord['outputs']): Outputs {
  return Object.fromEntries(Object.entries(outputs).map(([name, { digest }]) => [name, digest]));
}

function areEqual(a: Outputs, b: Outputs): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function read(path: string): string {
  const text = readText(path, 'lockfile', 'follow');
  return text.ok ? text.value : '';
}
