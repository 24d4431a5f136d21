import type { Result } from '../../shared/problem.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';
import type { ActionRecord, Cache, FinishedOutput, RunRecord } from './records.ts';

/**
 * A cache that starts from nothing: whatever is made is kept in `fresh`. Only the results of the actions in `taken` and
 * content that `fresh` lacks are read from `main`, which is never written.
 */
export class FreshCache implements Cache {
  readonly #fresh: Cache;
  readonly #main: Cache;
  readonly #taken: ReadonlySet<ActionKey>;

  constructor(fresh: Cache, main: Cache, taken: ReadonlySet<ActionKey>) {
    this.#fresh = fresh;
    this.#main = main;
    this.#taken = taken;
  }

  find(key: ActionKey): ActionRecord | undefined {
    return (this.#taken.has(key) ? this.#main : this.#fresh).find(key);
  }

  locate(digest: Digest): string | undefined {
    return this.#fresh.locate(digest) ?? this.#main.locate(digest);
  }

  records(): Iterable<ActionRecord> {
    return this.#fresh.records();
  }

  beginningWith(prefix: string): ReturnType<Cache['beginningWith']> {
    return this.#fresh.beginningWith(prefix);
  }

  keep(record: ActionRecord, outputs: readonly FinishedOutput[]): Result<void> {
    return this.#fresh.keep(record, outputs);
  }

  claim(...args: Parameters<Cache['claim']>): ReturnType<Cache['claim']> {
    return this.#fresh.claim(...args);
  }

  lastOf(stage: string): ActionRecord | undefined {
    return this.#fresh.lastOf(stage);
  }

  setLast(stage: string, key: ActionKey): void {
    // What was taken has no record in `fresh` that could be the last.
    if (!this.#taken.has(key)) this.#fresh.setLast(stage, key);
  }

  keepRun(run: RunRecord): void {
    this.#fresh.keepRun(run);
  }

  runs(): readonly RunRecord[] {
    return this.#fresh.runs();
  }
}
