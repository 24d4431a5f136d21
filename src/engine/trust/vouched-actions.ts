import type { Result } from '../../shared/problem.ts';
import { recordDigest } from '../cache/local/checksummed.ts';
import type { ActionRecord } from '../cache/records.ts';
import type { ActionStore } from '../cache/stores.ts';
import type { ActionKey } from '../fingerprint/digest.ts';
import type { LockedResults } from './locked-results.ts';
import type { SignedRecords } from './signed-records.ts';
import { userMac } from './user-key.ts';

const DOMAIN = 'record-1';

export interface VouchOptions {
  /** The results in the lockfiles of the project, which somebody has reviewed and committed. */
  readonly locked: LockedResults;
  /** Whether the command compares every result with the lockfile by itself, whoever computed it. */
  readonly lockDecides: boolean;
  /** The records that somebody whom the pipeline file trusts has signed. */
  readonly signed?: SignedRecords;
  /** Whether to vouch for records of others as if this user had computed them. */
  readonly adopt: boolean;
}

/**
 * Decides which records of a store are believed. That a record belongs to its key is checked by the store. That its
 * outputs are what the action really puts out can only be known from who computed it, or from the lockfile:
 *
 * - A record that this user has computed carries a code that nobody else can make.
 * - A record with the outputs of the lockfile is as good as the lockfile.
 * - A record that contradicts the lockfile is a cache miss.
 * - A record that a key of the pipeline file has signed is believed, as far as the lockfile does not contradict it.
 * - Any other record is used and reported as `foreign`. Nothing is written to the lockfile on its strength.
 */
export class VouchedActions implements ActionStore {
  readonly #inner: ActionStore;
  readonly #options: VouchOptions;
  readonly #foreign = new Set<ActionKey>();
  readonly #refused = new Set<ActionKey>();

  constructor(inner: ActionStore, options: VouchOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  async lookUp(key: ActionKey): Promise<ActionRecord | undefined> {
    const record = await this.#inner.lookUp(key);
    const { locked, lockDecides, signed, adopt } = this.#options;
    if (record === undefined || lockDecides) return record;
    if (locked.hasExactly(record) || isOwn(record)) return this.#believe(record);
    switch (await locked.compare(record)) {
      case 'equal':
        return this.#believe(record);
      case 'different':
        this.#refused.add(key);
        return undefined;
      case 'absent':
        if (signed?.has(record)) return this.#believe(record);
        if (adopt) {
          await this.commit(record);
          return record;
        }
        this.#foreign.add(key);
        return record;
    }
  }

  /** Adds a record that this user has computed. */
  commit(record: ActionRecord): Promise<Result<void>> {
    this.#believe(record);
    const { vouchers: _, ...vouched } = record;
    const user = userMac(DOMAIN, [recordDigest(vouched)], true);
    return this.#inner.commit(user === undefined ? vouched : { ...vouched, vouchers: { user } });
  }

  /** Whether the record of this action was last found to be computed by somebody else and to be in no lockfile. */
  isForeign(key: ActionKey): boolean {
    return this.#foreign.has(key);
  }

  /** Whether the record of this action was last found to contradict the lockfile. */
  isRefused(key: ActionKey): boolean {
    return this.#refused.has(key);
  }

  #believe(record: ActionRecord): ActionRecord {
    this.#foreign.delete(record.key);
    this.#refused.delete(record.key);
    return record;
  }
}

function isOwn({ vouchers, ...record }: ActionRecord): boolean {
  const { user } = vouchers ?? {};
  return user !== undefined && user === userMac(DOMAIN, [recordDigest(record)], false);
}
