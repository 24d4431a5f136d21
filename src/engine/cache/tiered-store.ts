import { rmSync } from 'node:fs';
import { now } from '../../shared/clock.ts';
import type { Problem, Result } from '../../shared/problem.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';
import type { Tree } from '../fingerprint/tree.ts';
import { FIRST_MILLISECONDS, INTERVAL_MILLISECONDS, type Watch } from '../fingerprint/work.ts';
import { cacheProblem } from './local/cache-problem.ts';
import type { LocalStore } from './local/local-store.ts';
import { isActionRecord } from './record-shape.ts';
import type { ActionRecord, StoredOutput } from './records.ts';
import { LONGEST_TRANSFER, RemoteGuard, type RemoteTimeouts } from './remote-guard.ts';
import { RemoteUploads } from './remote-uploads.ts';
import { RemoteUsage } from './remote-usage.ts';
import type { ActionStore, ContentStore, NewContent, RemoteStore } from './stores.ts';

export interface TieredOptions {
  /** Called with each failure of the remote store. A failure costs only time; it never fails the run. */
  readonly onProblem: (problem: Problem) => void;
  readonly timeouts?: RemoteTimeouts;
  /** Whether to give the results of this run to the remote store (default: true). */
  readonly upload?: boolean;
  /** Whether to download only what takes longer to compute (default: false). */
  readonly thrifty?: boolean;
  /** Returns whether a record of the remote store may be used on this machine. */
  readonly accepts?: ((record: ActionRecord) => boolean) | undefined;
  readonly signal?: AbortSignal;
}

/** An output that the remote store has, according to a record. */
interface Offer {
  readonly record: ActionRecord;
  readonly output: StoredOutput;
}

/**
 * A local store in front of a remote one. The remote store is asked only for what the local one lacks. Everything from
 * the remote store is verified before it is returned: content by its digest, a record by its key, which is the digest
 * of its document. Content is downloaded when it is read, not when its record is found.
 */
export class TieredStore implements ActionStore, ContentStore {
  readonly usage = new RemoteUsage();
  readonly #local: LocalStore;
  readonly #remote: RemoteStore;
  readonly #options: TieredOptions;
  readonly #guard: RemoteGuard;
  readonly #uploads: RemoteUploads;
  /** Records from the remote store whose content has not been downloaded completely yet. */
  readonly #fetched = new Map<ActionKey, ActionRecord>();
  readonly #offers = new Map<Digest, Offer>();
  /** What was found anywhere, and need not be uploaded if somebody adopts it. */
  readonly #known = new Map<ActionKey, ActionRecord>();
  readonly #fetching = new Map<Digest, Promise<string | undefined>>();
  /** Content that the remote store claimed to have but failed to deliver, or whose download is not worth it. */
  readonly #unobtainable = new Set<Digest>();

  constructor(local: LocalStore, remote: RemoteStore, options: TieredOptions) {
    this.#local = local;
    this.#remote = remote;
    this.#options = options;
    this.#guard = new RemoteGuard(options.onProblem, options.timeouts, options.signal);
    this.#uploads = new RemoteUploads(local, remote, this.usage, {
      ...options,
      isAway: () => this.#guard.isOpen,
    });
  }

  async lookUp(key: ActionKey): Promise<ActionRecord | undefined> {
    const known = (await this.#local.lookUp(key)) ?? this.#fetched.get(key) ?? (await this.lookUpRemotely(key));
    if (known !== undefined) this.#known.set(key, known);
    return known;
  }

  /** Returns the record of the remote store, whatever the local one has. */
  async lookUpRemotely(key: ActionKey): Promise<ActionRecord | undefined> {
    const record = await this.#guard.answer('look up a result', () => this.#remote.lookUp(key), undefined);
    if (record === undefined) return undefined;
    if (!isActionRecord(record, key)) {
      this.#guard.reportInvalid('a record that does not match the action key', key);
      return undefined;
    }
    if (this.#options.accepts?.(record) === false) {
      this.usage.otherMachines++;
      return undefined;
    }
    this.#fetched.set(key, record);
    this.usage.addFound(record);
    for (const output of Object.values(record.outputs)) this.#offers.set(output.digest, { record, output });
    return record;
  }

  async commit(record: ActionRecord): Promise<Result<void>> {
    const committed = await this.#local.commit(record);
    const isNew = !isSame(record, this.#known.get(record.key));
    if (committed.ok && isNew) this.#uploads.commit(record);
    return committed;
  }

  async has(digest: Digest, watch?: Watch): Promise<boolean> {
    if (await this.#local.has(digest, watch)) return true;
    if (this.#unobtainable.has(digest)) return false;
    return this.#guard.answer('look up content', () => this.#remote.has(digest), false);
  }

  /** Returns whether content is on this machine already. */
  isHere(digest: Digest): Promise<boolean> {
    return this.#local.has(digest);
  }

  async materialize(digest: Digest, watch?: Watch): Promise<string | undefined> {
    const here = await this.#local.materialize(digest, watch);
    if (here !== undefined || this.#unobtainable.has(digest)) return here;
    const fetching =
      this.#fetching.get(digest) ?? this.#fetch(digest, watch).finally(() => this.#fetching.delete(digest));
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
    this.#unobtainable.delete(content.digest);
    this.#uploads.add(content.digest);
    return added;
  }

  /** Uploads a result that is on this machine. */
  push(record: ActionRecord): void {
    for (const { digest } of Object.values(record.outputs)) this.#uploads.add(digest);
    this.#uploads.commit(record);
  }

  /** Waits until all uploads have ended, at most for a number of milliseconds. Returns whether they have. */
  settle(most?: number): Promise<boolean> {
    return this.#uploads.settle(most);
  }

  async #fetch(digest: Digest, watch: Watch | undefined): Promise<string | undefined> {
    const offer = this.#offers.get(digest);
    const bytes = offer?.output.bytes ?? 0;
    if (this.#options.thrifty && offer !== undefined && !this.usage.isWorthIt(bytes, offer.record)) {
      this.usage.notWorthIt++;
      this.#unobtainable.add(digest);
      return undefined;
    }
    const target = this.#local.incoming(digest);
    try {
      if ((await this.#download(digest, target, offer, watch)) && (await this.#isContent(target, digest))) {
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

  async #download(
    digest: Digest,
    target: string,
    offer: Offer | undefined,
    watch: Watch | undefined,
  ): Promise<boolean> {
    const started = now();
    const totalBytes = offer?.output.bytes ?? 0;
    let bytes = 0;
    let told = started + FIRST_MILLISECONDS;
    const onBytes = (count: number) => {
      bytes += count;
      if (now() < told) return;
      told = now() + INTERVAL_MILLISECONDS;
      watch?.({ activity: 'downloading', files: 0, totalFiles: 1, bytes, totalBytes });
    };
    // A download that takes longer than the stage took is of no use.
    const seconds = this.#options.thrifty ? (offer?.record.provenance.seconds ?? 0) : LONGEST_TRANSFER;
    const download = async () => {
      try {
        return await this.#remote.download(digest, target, onBytes);
      } catch (error) {
        // A full disk here says nothing about the remote store.
        if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
        for (const problem of cacheProblem(error, target).failure) this.#guard.report(problem);
        return false;
      }
    };
    const isThere = await this.#guard.transfer('fetch content', download, false, seconds);
    if (isThere) this.usage.addDownload(bytes, started);
    return isThere;
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
}

/** Whether two records are of the same execution. */
function isSame({ provenance: a }: ActionRecord, other: ActionRecord | undefined): boolean {
  return other !== undefined && a.run === other.provenance.run && a.finished === other.provenance.finished;
}
