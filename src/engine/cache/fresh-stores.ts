import type { Result } from '../../shared/problem.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';
import type { Tree } from '../fingerprint/tree.ts';
import type { ActionRecord, FinishedOutput } from './records.ts';
import type { ActionStore, ContentStore, Stores } from './stores.ts';

/**
 * Stores that start empty: whatever is made is kept in `fresh`. Only the results of the actions in `taken`, and content
 * that `fresh` lacks, are read from `main`, which is never written.
 */
export function freshStores(
  fresh: Stores,
  main: Pick<Stores, 'actions' | 'contents'>,
  taken: ReadonlySet<ActionKey>,
): Stores {
  const { index, workspaces, history } = fresh;
  return {
    actions: new FreshActions(fresh.actions, main.actions, taken),
    contents: new FreshContents(fresh.contents, main.contents),
    index,
    workspaces,
    history: {
      lastKey: (stage) => history.lastKey(stage),
      // What was taken has no record in `fresh` that could be the last.
      setLastKey: (stage, key) => {
        if (!taken.has(key)) history.setLastKey(stage, key);
      },
      addRun: (run) => history.addRun(run),
    },
  };
}

class FreshActions implements ActionStore {
  readonly #fresh: ActionStore;
  readonly #main: ActionStore;
  readonly #taken: ReadonlySet<ActionKey>;

  constructor(fresh: ActionStore, main: ActionStore, taken: ReadonlySet<ActionKey>) {
    this.#fresh = fresh;
    this.#main = main;
    this.#taken = taken;
  }

  lookUp(key: ActionKey): Promise<ActionRecord | undefined> {
    return (this.#taken.has(key) ? this.#main : this.#fresh).lookUp(key);
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

  prepare(): Promise<void> {
    return this.#fresh.prepare();
  }

  digest(path: string): Promise<Result<Tree>> {
    return this.#fresh.digest(path);
  }

  add(content: Pick<FinishedOutput, 'digest' | 'path'>): Promise<Result<void>> {
    return this.#fresh.add(content);
  }
}
