import { recordDigest } from '../cache/local/checksummed.ts';
import type { ActionRecord } from '../cache/records.ts';
import type { Digest } from '../fingerprint/digest.ts';
import type { TrustedKey } from './signatures.ts';
import { userMac } from './user-key.ts';

const DOMAIN = 'signed-record-1';

/**
 * Remembers which records a trusted key has signed. A record is kept in the local cache without its signature; in its
 * place it has a code that only this user can make, over the record and the key. So it is no longer believed once the
 * pipeline file does not list that key any more.
 */
export class SignedRecords {
  readonly #trusted: ReadonlySet<string>;
  /** Those of this run. A user without a key of their own has no others. */
  readonly #accepted = new Set<Digest>();

  constructor(trusted: readonly TrustedKey[]) {
    this.#trusted = new Set(trusted.map(({ key }) => key));
  }

  /** Returns a record whose signature by `key` was verified, with the code that says so. */
  accept(record: ActionRecord, key: string): ActionRecord {
    const { vouchers: _, ...signed } = record;
    const digest = recordDigest(signed);
    this.#accepted.add(digest);
    const code = userMac(DOMAIN, [key, digest], true);
    return code === undefined ? signed : { ...signed, vouchers: { signed: { key, code } } };
  }

  /** Returns whether the signature of a record was verified, by a key that is still trusted. */
  has({ vouchers, ...record }: ActionRecord): boolean {
    if (this.#trusted.size === 0) return false;
    const digest = recordDigest(record);
    if (this.#accepted.has(digest)) return true;
    const { key, code } = vouchers?.signed ?? {};
    return (
      typeof key === 'string' &&
      this.#trusted.has(key) &&
      code !== undefined &&
      code === userMac(DOMAIN, [key, digest], false)
    );
  }
}
