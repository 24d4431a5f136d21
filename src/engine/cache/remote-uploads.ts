import type { Problem, Result } from '../../shared/problem.ts';
import type { Digest } from '../fingerprint/digest.ts';
import type { LocalStore } from './local/local-store.ts';
import type { ActionRecord } from './records.ts';
import { LONGEST_TRANSFER, RemoteGuard, type RemoteTimeouts } from './remote-guard.ts';
import type { RemoteUsage } from './remote-usage.ts';
import type { RemoteStore } from './stores.ts';

interface UploadOptions {
  readonly onProblem: (problem: Problem) => void;
  readonly timeouts?: RemoteTimeouts;
  readonly upload?: boolean;
  /** Whether the store was given up already. */
  readonly isAway: () => boolean;
  readonly signal?: AbortSignal;
}

/**
 * Uploads results in the background of stages, one after the other. A record is uploaded after its content, and not at
 * all if a part of that has failed. Failures of uploads do not keep a run from downloading.
 */
export class RemoteUploads {
  readonly #local: LocalStore;
  readonly #remote: RemoteStore;
  readonly #usage: RemoteUsage;
  readonly #guard: RemoteGuard;
  readonly #isOn: boolean;
  readonly #isAway: () => boolean;
  readonly #failed = new Set<Digest>();
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(local: LocalStore, remote: RemoteStore, usage: RemoteUsage, options: UploadOptions) {
    this.#local = local;
    this.#remote = remote;
    this.#usage = usage;
    this.#guard = new RemoteGuard(options.onProblem, options.timeouts, options.signal);
    this.#isOn = options.upload ?? true;
    this.#isAway = options.isAway;
  }

  add(digest: Digest): void {
    this.#later(async () => {
      this.#failed.add(digest);
      if (this.#isAway()) return;
      const path = await this.#local.materialize(digest);
      const upload = async () =>
        path !== undefined && ((await this.#remote.has(digest)) || (await this.#upload(digest, path)));
      const isThere = await this.#guard.transfer('store content', upload, false, LONGEST_TRANSFER);
      if (isThere) this.#failed.delete(digest);
    });
  }

  commit(record: ActionRecord): void {
    this.#later(async () => {
      const isComplete = Object.values(record.outputs).every(({ digest }) => !this.#failed.has(digest));
      const commit = async () => this.#succeeded(await this.#remote.commit(record));
      const isThere = isComplete && (await this.#guard.transfer('store a result', commit, false));
      if (isThere) this.#usage.uploadedResults++;
      else this.#usage.failedUploads++;
    });
  }

  /** Waits until all uploads have ended, at most for a number of milliseconds. Returns whether they have. */
  async settle(most?: number): Promise<boolean> {
    if (most === undefined) await this.#last;
    if (this.#waiting === 0 || most === undefined) return true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, most);
    });
    await Promise.race([this.#last, late]);
    clearTimeout(timer);
    return this.#waiting === 0;
  }

  async #upload(digest: Digest, path: string): Promise<boolean> {
    return this.#succeeded(
      await this.#remote.upload(digest, path, (bytes) => {
        this.#usage.uploadedBytes += bytes;
      }),
    );
  }

  #succeeded(result: Result<void>): boolean {
    if (!result.ok) for (const problem of result.failure) this.#guard.report(problem);
    return result.ok;
  }

  #later(action: () => Promise<void>): void {
    if (!this.#isOn) return;
    this.#waiting++;
    this.#last = this.#last.then(action).finally(() => {
      this.#waiting--;
    });
  }
}
