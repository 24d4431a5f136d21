import type { Result } from '../../shared/problem.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';
import type { Tree } from '../fingerprint/tree.ts';
import type { ActionRecord } from './records.ts';
import { type ActionStore, type ContentStore, type NewContent, type Stores, whileLinking } from './stores.ts';

/**
 * Returns stores that start empty: every new result is written to `fresh`. Only the results of the actions in `reused`,
 * and content that `fresh` lacks, are read from `main`, which is never written.
 */
export function freshStores(
  fresh: Stores,
  main: Pick<Stores, 'actions' | 'contents'>,
  reused: ReadonlySet<ActionKey>,
): Stores {
  const { index, workspaces, history } = fresh;
  return {
    actions: new FreshActions(fresh.actions, main.actions, reused),
    contents: new FreshContents(fresh.contents, main.contents),
    index,
    workspaces,
    history: {
      lastKey: (stage) => history.lastKey(stage),
      // A reused result has no record in `fresh`, so it cannot be the last one there.
      setLastKey: (stage, key) => {
        if (!reused.has(key)) history.setLastKey(stage, key);
      },
      addRun: (run) => history.addRun(run),
    },
  };
}

class FreshActions implements ActionStore {
  readonly #fresh: ActionStore;
  readonly #main: ActionStore;
  readonly #reused: ReadonlySet<ActionKey>;

  constructor(fresh: ActionStore, main: ActionStore, reused: ReadonlySet<ActionKey>) {
    this.#fresh = fresh;
    this.#main = main;
    this.#reused = reused;
  }

  lookUp(key: ActionKey): Promise<ActionRecord | undefined> {
    return (this.#reused.has(key) ? this.#main : this.#fresh).lookUp(key);
  }

  commit(record: ActionRecord): Promise<Result<void>> {
    return this.#fresh.commit(record);
  }
}

class FreshContents implements ContentStore {
  readonly #fresh: ContentStore;
  readonly #main: ContentStore;

  constructor(fresh: ContentStore, main: ContentStore) {
    this.#fresh = fresh;
    this.#main = main;
  }

  async has(digest: Digest): Promise<boolean> {
    return (await this.#fresh.has(digest)) || this.#main.has(digest);
  }

  async materialize(digest: Digest): Promise<string | undefined> {
    return (await this.#fresh.materialize(digest)) ?? this.#main.materialize(digest);
  }

  async list(digest: Digest): Promise<Tree | undefined> {
    return (await this.#fresh.list(digest)) ?? this.#main.list(digest);
  }

  /** The file may be one of `main`. */
  whileLinking(path: string, change: () => void): void {
    whileLinking(this.#fresh, path, () => whileLinking(this.#main, path, change));
  }

  prepare(): Promise<void> {
    return this.#fresh.prepare();
  }

  digest(path: string): Promise<Result<Tree>> {
    return this.#fresh.digest(path);
  }

  add(content: NewContent): Promise<Result<void>> {
    return this.#fresh.add(content);
  }
}
