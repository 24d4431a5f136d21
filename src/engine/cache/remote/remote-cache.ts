import { evenlySpread } from '../../../shared/files.ts';
import { type Problem, problem, type Result, success } from '../../../shared/problem.ts';
import { SIZE_LIMITS } from '../../../shared/read-file.ts';
import { type ActionKey, type Digest, sha256 } from '../../fingerprint/digest.ts';
import type { Signer, TrustedKey } from '../../trust/signatures.ts';
import type { SignedRecords } from '../../trust/signed-records.ts';
import type { ActionRecord } from '../records.ts';
import type { RemoteStore } from '../stores.ts';
import { encodeActionResult, findInActionResult, type NamedBlob } from './action-result.ts';
import type { Blob, RemoteDriver, Sink } from './driver.ts';
import { digested, type Receive, receiveContent, receiveWhole } from './receive-content.ts';
import { type Pause, retrying } from './retrying.ts';
import { type SealedRecord, seal, unseal } from './sealed-record.ts';
import { sendContent, textBlob } from './send-content.ts';
import { Slots } from './slots.ts';
import { blobsOf, type StoredBlob, type Transport } from './transport.ts';

export interface RemoteCacheOptions {
  /** The scope of what this run writes. */
  readonly scope: string;
  /** The scopes of what it may use, in this order. */
  readonly reads: readonly string[];
  /** The keys that sign what may be used. Without any, a signature is not needed. */
  readonly trusted: readonly TrustedKey[];
  readonly signer: Signer | undefined;
  readonly signed: SignedRecords;
  readonly onProblem: (problem: Problem) => void;
  readonly signal: AbortSignal;
  readonly pause?: Pause;
}

type OnBytes = (bytes: number) => void;

const REQUESTS = 8;
/** At most so many blobs of one content are looked for before it is used. The rest is found out by the download. */
const MOST_LOOKED_FOR = 32;
/** The path of the record among the blobs of an action. */
const RECORD = 'record.json';

/**
 * Keeps results as records and blobs on a server. The server checks nothing: content is only what has its digest, and a
 * record is only used if it belongs to its key and its scope and, with trusted keys, is signed by one of them.
 */
export class RemoteCache implements RemoteStore {
  readonly #driver: RemoteDriver;
  readonly #options: RemoteCacheOptions;
  readonly #slots = new Slots(REQUESTS);
  /** The blobs of the contents that are known to be there or to have been there. */
  readonly #transports = new Map<Digest, Transport>();
  /** The blobs that this run has sent or found. */
  readonly #present = new Set<Digest>();
  /** The actions whose entry in the own scope is of no use, and is replaced. */
  readonly #invalid = new Set<ActionKey>();

  constructor(driver: RemoteDriver, options: RemoteCacheOptions) {
    this.#driver = driver;
    this.#options = options;
  }

  async lookUp(key: ActionKey): Promise<ActionRecord | undefined> {
    for (const scope of this.#options.reads) {
      const found = await this.#lookUpIn(scope, key);
      if (found === undefined) continue;
      for (const [digest, transport] of Object.entries(found.contents))
        this.#transports.set(digest as Digest, transport);
      return found.record;
    }
    return undefined;
  }

  async commit(record: ActionRecord): Promise<Result<void>> {
    const { scope, signer } = this.#options;
    const contents: Record<string, Transport> = {};
    for (const { digest } of Object.values(record.outputs)) {
      const transport = this.#transports.get(digest);
      if (transport === undefined) return problem(`the remote cache does not have the content ${digest} of a result`);
      contents[digest] = transport;
    }
    const sealed = textBlob(seal({ record, contents }, scope, signer));
    await this.#send(sealed);
    const place = { scope, key: wireKey(scope, record.key) };
    const result = encodeActionResult([{ ...sealed, path: RECORD }, ...namedBlobs(record, contents)]);
    await this.#retrying(() => this.#driver.putAction(place, result, this.#invalid.has(record.key)));
    return success(undefined);
  }

  async has(digest: Digest): Promise<boolean> {
    const transport = this.#transports.get(digest);
    if (transport === undefined) return false;
    const blobs = blobsOf(transport);
    const looked = evenlySpread(blobs.length, MOST_LOOKED_FOR).flatMap((index) => blobs[index] ?? []);
    const there = await this.#slots.each(looked, (blob) => this.#hasBlob(blob.digest));
    if (there.every(Boolean)) return true;
    this.#transports.delete(digest);
    return false;
  }

  async download(digest: Digest, target: string, onBytes?: OnBytes): Promise<boolean> {
    const transport = this.#transports.get(digest);
    if (transport === undefined) return false;
    return receiveContent(
      target,
      transport,
      (parts, action) => this.#slots.each(parts, action),
      this.#receive(onBytes),
    );
  }

  async upload(digest: Digest, path: string, onBytes?: OnBytes): Promise<Result<void>> {
    const send = (blob: Blob) => this.#send(blob, onBytes);
    const transport = await sendContent(path, (cuts, action) => this.#slots.each(cuts, action), send);
    this.#transports.set(digest, transport);
    return success(undefined);
  }

  /** Ends open connections. */
  close(): void {
    this.#driver.close();
  }

  async #lookUpIn(scope: string, key: ActionKey): Promise<SealedRecord | undefined> {
    const place = { scope, key: wireKey(scope, key) };
    const message = await this.#retrying(() => this.#driver.getAction(place));
    if (message === undefined) return undefined;
    const text = await this.#recordIn(message);
    const { trusted, signed } = this.#options;
    const opened = text === undefined ? { fault: 'is gone or corrupted' } : unseal(text, { key, scope, trusted });
    if ('fault' in opened) {
      if (scope === this.#options.scope) this.#invalid.add(key);
      this.#options.onProblem({
        message: `the remote cache has a record that is not used: that of action ${key.slice(0, 12)} in scope "${scope}" ${opened.fault}`,
        advice:
          'The stage runs here instead. If you did not change the keys, find out who can write to the remote cache.',
      });
      return undefined;
    }
    const { sealed, signedBy } = opened;
    return signedBy === undefined ? sealed : { ...sealed, record: signed.accept(sealed.record, signedBy) };
  }

  async #recordIn(message: Uint8Array): Promise<string | undefined> {
    const blob = findInActionResult(message, RECORD);
    if (blob === undefined || blob.bytes > SIZE_LIMITS.actionRecord) return undefined;
    return (await receiveWhole(blob, this.#receive()))?.toString();
  }

  /** Receives blobs, as often as it takes to get one that has its digest. */
  #receive(onBytes?: OnBytes): Receive {
    return (blob, openSink) =>
      this.#retrying(async () => {
        const checked = digested(blob, openSink());
        const sink: Sink = (chunk) => {
          onBytes?.(chunk.length);
          return checked.sink(chunk);
        };
        const isThere = await this.#driver.get(blob.digest, blob.bytes, sink);
        if (isThere) checked.end();
        return isThere;
      });
  }

  async #hasBlob(digest: Digest): Promise<boolean> {
    if (this.#present.has(digest)) return true;
    const isThere = await this.#retrying(() => this.#driver.has(digest));
    if (isThere) this.#present.add(digest);
    return isThere;
  }

  async #send(blob: Blob, onBytes?: OnBytes): Promise<void> {
    if (await this.#hasBlob(blob.digest)) return;
    await this.#retrying(() => this.#driver.put(blob));
    onBytes?.(blob.bytes);
    this.#present.add(blob.digest);
  }

  #retrying<Value>(request: () => Promise<Value>): Promise<Value> {
    return retrying(request, this.#options.signal, this.#options.pause);
  }
}

/** The key under which a server keeps an action. Whoever may write in one scope only, cannot write for another one. */
function wireKey(scope: string, key: ActionKey): Digest {
  return sha256(`${scope}\0${key}`);
}

function namedBlobs(record: ActionRecord, contents: Readonly<Record<string, Transport>>): NamedBlob[] {
  return Object.entries(record.outputs).flatMap(([name, { digest }]) => {
    const transport = contents[digest];
    const blobs: readonly StoredBlob[] = transport === undefined ? [] : blobsOf(transport);
    return blobs.map((blob, index) => ({ ...blob, path: `${name}/${index}` }));
  });
}
