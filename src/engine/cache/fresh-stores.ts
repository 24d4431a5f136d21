import type { Result } from '../../shared/problem.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';
import type { Tree } from '../fingerprint/tree.ts';
import type { Watch } from '../fingerprint/work.ts';
import type { ActionRecord } from './records.ts';
import { type ActionStore, type ContentStore, type Stores, whileLinking } from './stores.ts';

/**
 * Returns stores that start empty: every new result is written to `fresh`. Only the results of the actions in `reused`,
 * and content that `fresh` lacks, are read from `main`, which is never written.
 */
export function freshStores(
  fresh: Stores,
  main: Pick<Stores, 'actions' | 'contents'>,
  reused: ReadonlySet<ActionKey>,
): Stores {
  const { index, workspaces, history, logs } = fresh;
  return {
    actions: new FreshActions(fresh.actions, main.actions, reused),
    contents: new FreshContents(fresh.contents, main.contents),
    index,
    workspaces,
    logs,
    history: {
      lastKey: (stage) => history.lastKey(stage),
      lastFailure: (stage) => history.lastFailure(stage),
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

  async has(digest: Digest, watch?: Watch): Promise<boolean> {
    return (await this.#fresh.has(digest, watch)) || this.#main.has(digest, watch);
  }

  async materialize(digest: Digest, watch?: Watch): Promise<string | undefined> {
    return (await this.#fresh.materialize(digest, watch)) ?? this.#main.materialize(digest, watch);
  }

  async list(...args: Parameters<ContentStore['list']>): Promise<Tree | undefined> {
    return (await this.#fresh.list(...args)) ?? this.#main.list(...args);
  }

  /** The file may be one of `main`. */
  whileLinking(path: string, change: () => void): void {
    whileLinking(this.#fresh, path, () => whileLinking(this.#main, path, change));
  }

  digest(...args: Parameters<ContentStore['digest']>): Promise<Result<Tree>> {
    return this.#fresh.digest(...args);
  }

  add(...args: Parameters<ContentStore['add']>): Promise<Result<void>> {
    return this.#fresh.add(...args);
  }
}
