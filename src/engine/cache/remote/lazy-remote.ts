import type { Result } from '../../../shared/problem.ts';
import type { ActionKey, Digest } from '../../fingerprint/digest.ts';
import type { ActionRecord } from '../records.ts';
import type { RemoteStore } from '../stores.ts';
import type { Address } from './address.ts';
import type { OpenedRemote, OpenOptions } from './open-remote.ts';

/** A remote cache that is opened when it is asked for the first time, which most runs never do. */
export class LazyRemote implements RemoteStore {
  readonly #address: Address;
  readonly #options: OpenOptions;
  #opened: Promise<OpenedRemote> | undefined;

  constructor(address: Address, options: OpenOptions) {
    this.#address = address;
    this.#options = options;
  }

  /** Whether it was asked for anything. */
  get isOpen(): boolean {
    return this.#opened !== undefined;
  }

  async lookUp(key: ActionKey): Promise<ActionRecord | undefined> {
    return (await this.#open()).lookUp(key);
  }

  async commit(record: ActionRecord): Promise<Result<void>> {
    return (await this.#open()).commit(record);
  }

  async has(digest: Digest): Promise<boolean> {
    return (await this.#open()).has(digest);
  }

  async download(...args: Parameters<RemoteStore['download']>): Promise<boolean> {
    return (await this.#open()).download(...args);
  }

  async upload(...args: Parameters<RemoteStore['upload']>): Promise<Result<void>> {
    return (await this.#open()).upload(...args);
  }

  /** Ends open connections. */
  close(): void {
    void this.#opened?.then((remote) => remote.close());
  }

  #open(): Promise<OpenedRemote> {
    this.#opened ??= import('./open-remote.ts').then(({ openRemote }) => openRemote(this.#address, this.#options));
    return this.#opened;
  }
}
