import { rmSync } from 'node:fs';
import type { Problem, Result } from '../../shared/problem.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';
import type { Tree } from '../fingerprint/tree.ts';
import type { Watch } from '../fingerprint/work.ts';
import type { LocalStore } from './local/local-store.ts';
import { isActionRecord } from './record-shape.ts';
import type { ActionRecord } from './records.ts';
import { RemoteGuard, type RemoteTimeouts } from './remote-guard.ts';
import type { ActionStore, ContentStore, NewContent, RemoteStore } from './stores.ts';

export interface TieredOptions {
  /** Called with each failure of the remote store. A failure costs only time; it never fails the run. */
  readonly onProblem: (problem: Problem) => void;
  readonly timeouts?: RemoteTimeouts;
}

/**
 * A local store in front of a remote one. The remote store is asked only for what the local one lacks. Everything from
 * the remote store is verified before it is returned: content by its digest, a record by its key, which is the digest
 * of its document. Content is downloaded when it is read, not when its record is found.
 */
export class TieredStore implements ActionStore, ContentStore {
  readonly #local: LocalStore;
  readonly #remote: RemoteStore;
  readonly #guard: RemoteGuard;
  /** Records from the remote store whose content has not been downloaded completely yet. */
  readonly #fetched = new Map<ActionKey, ActionRecord>();
  readonly #fetching = new Map<Digest, Promise<string | undefined>>();
  /** Content that the remote store claimed to have but failed to deliver. */
  readonly #unobtainable = new Set<Digest>();
  /** Uploads run one after the other, in the background of stages. */
  #uploads: Promise<void> = Promise.resolve();

  constructor(local: LocalStore, remote: RemoteStore, { onProblem, timeouts }: TieredOptions) {
    this.#local = local;
    this.#remote = remote;
    this.#guard = new RemoteGuard(onProblem, timeouts);
  }

  async lookUp(key: ActionKey): Promise<ActionRecord | undefined> {
    const known = (await this.#local.lookUp(key)) ?? this.#fetched.get(key);
    if (known !== undefined) return known;
    const record = await this.#guard.answer('look up a result', () => this.#remote.lookUp(key), undefined);
    if (record === undefined) return undefined;
    if (!isActionRecord(record, key)) {
      this.#guard.reportInvalid('a record that does not match the action key', key);
      return undefined;
    }
    this.#fetched.set(key, record);
    return record;
  }

  async commit(record: ActionRecord): Promise<Result<void>> {
    const committed = await this.#local.commit(record);
    if (committed.ok) this.#later('store a result', () => this.#remote.commit(record));
    return committed;
  }

  async has(digest: Digest, watch?: Watch): Promise<boolean> {
    if (await this.#local.has(digest, watch)) return true;
    if (this.#unobtainable.has(digest)) return false;
    return this.#guard.answer('look up content', () => this.#remote.has(digest), false);
  }

  async materialize(digest: Digest, watch?: Watch): Promise<string | undefined> {
    const here = await this.#local.materialize(digest, watch);
    if (here !== undefined || this.#unobtainable.has(digest)) return here;
    const fetching = this.#fetching.get(digest) ?? this.#fetch(digest).finally(() => this.#fetching.delete(digest));
    this.#fetching.set(digest, fetching);
    return fetching;
  }

  async list(...[digest, options]: Parameters<ContentStore['list']>): Promise<Tree | undefined> {
    return (await this.materialize(digest)) === undefined ? undefined : this.#local.list(digest, options);
  }

  whileLinking(path: string, change: () => void): void {
    this.#local.whileLinking(path, change);
  }

  digest(...args: Parameters<ContentStore['digest']>): Promise<Result<Tree>> {
    return this.#local.digest(...args);
  }

  async add(content: NewContent, watch?: Watch): Promise<Result<void>> {
    const added = await this.#local.add(content, watch);
    if (!added.ok) return added;
    const { digest } = content;
    this.#unobtainable.delete(digest);
    this.#later('store content', async () => {
      const path = await this.#local.materialize(digest);
      return path === undefined || (await this.#remote.has(digest)) ? added : this.#remote.upload(digest, path);
    });
    return added;
  }

  /** Waits until all uploads have ended. */
  settle(): Promise<void> {
    return this.#uploads;
  }

  async #fetch(digest: Digest): Promise<string | undefined> {
    const target = this.#local.incoming(digest);
    try {
      const isThere = await this.#guard.transfer('fetch content', () => this.#remote.download(digest, target), false);
      if (isThere && (await this.#isContent(target, digest))) {
        const added = await this.#local.add({ digest, path: target });
        if (!added.ok) for (const problem of added.failure) this.#guard.report(problem);
        await this.#commitFetched();
        const path = await this.#local.materialize(digest);
        if (path !== undefined) return path;
      }
      this.#unobtainable.add(digest);
      return undefined;
    } finally {
      rmSync(target, { recursive: true, force: true });
    }
  }

  async #isContent(path: string, digest: Digest): Promise<boolean> {
    const tree = await this.#local.digest(path);
    // A symbolic link could point anywhere.
    const isValid = tree.ok && tree.value.odd === undefined && tree.value.digest === digest;
    if (!isValid) this.#guard.reportInvalid('content that does not match the digest', digest);
    return isValid;
  }

  /** Commits the records whose content is now complete, so that later look-ups do not need the remote store. */
  async #commitFetched(): Promise<void> {
    for (const [key, record] of this.#fetched) {
      const digests = Object.values(record.outputs).map((output) => output.digest);
      const here = await Promise.all(digests.map((each) => this.#local.has(each)));
      if (here.every(Boolean) && (await this.#local.commit(record)).ok) this.#fetched.delete(key);
    }
  }

  #later(what: string, action: () => Promise<Result<void>>): void {
    this.#uploads = this.#uploads.then(async () => {
      const stored = await this.#guard.transfer(what, action, undefined);
      if (stored?.ok === false) for (const problem of stored.failure) this.#guard.report(problem);
    });
  }
}
