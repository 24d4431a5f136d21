import type { Readable } from 'node:stream';
import type { Digest } from '../../fingerprint/digest.ts';

/** Bytes to be sent. A request may have to be repeated, so they can be read again. */
export interface Blob {
  readonly digest: Digest;
  readonly bytes: number;
  /** The bytes, or a new stream of them. */
  open(): Uint8Array | Readable;
}

/** Where the record of an action lies on a server. */
export interface ActionPlace {
  /** Servers with rights by prefix keep each scope in a folder of its own. */
  readonly scope: string;
  /** SHA-256 of the scope and the action key. */
  readonly key: Digest;
}

/** Receives bytes in order. */
export type Sink = (chunk: Uint8Array) => Promise<void> | void;

/**
 * Speaks to a server that keeps blobs by their SHA-256, and one small text for each action. Every method may reject,
 * with a `RemoteError` if the server has answered or did not answer in time. What it returns is not verified.
 */
export interface RemoteDriver {
  /** The address as messages show it, without credentials. */
  readonly shown: string;
  has(digest: Digest): Promise<boolean>;
  /** Passes exactly `bytes` bytes to `sink`, or rejects. Returns false if the server does not have the blob. */
  get(digest: Digest, bytes: number, sink: Sink): Promise<boolean>;
  /** Adds a blob, unless the server has it. Others see all of it or nothing. */
  put(blob: Blob): Promise<void>;
  /** Returns what is kept for an action; nothing if there is nothing. */
  getAction(place: ActionPlace): Promise<Uint8Array | undefined>;
  /** Keeps `bytes` for an action. `replace`: even if there is something. */
  putAction(place: ActionPlace, bytes: Uint8Array, replace: boolean): Promise<void>;
  /** Ends open connections. */
  close(): void;
}

/** The largest text that is read for an action. It names up to 100,000 blobs. */
export const MOST_ACTION_BYTES = 16 * 1024 * 1024;

/** What may be done about a failed request. */
interface FailureFacts {
  /** The status of the answer. */
  readonly status?: number;
  /** Whether the same request may succeed later: the server is away, overloaded or slow. */
  readonly retry?: boolean;
  /** The seconds after which the server wants to be asked again. */
  readonly after?: number;
  /** Whether the failure says something about this blob alone, and nothing about other requests. */
  readonly single?: boolean;
  readonly advice?: string;
}

/** A request that failed. The message has no credentials in it. */
export class RemoteError extends Error {
  readonly facts: FailureFacts;

  constructor(message: string, facts: FailureFacts = {}) {
    super(message);
    this.facts = facts;
  }
}

/** Reads a small answer into memory. Returns nothing if the server does not have it. */
export async function collect(read: (sink: Sink) => Promise<boolean>, most: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const isThere = await read((chunk) => {
    bytes += chunk.length;
    if (bytes > most) throw new RemoteError(`the answer is longer than ${most} bytes`, { single: true });
    chunks.push(chunk);
  });
  return isThere ? Buffer.concat(chunks) : undefined;
}

/** Wraps a sink so that it gets exactly `bytes` bytes. `end` rejects what is shorter. */
export function measured(bytes: number, sink: Sink): { readonly sink: Sink; readonly end: () => void } {
  let received = 0;
  const wrong = (found: string) =>
    new RemoteError(`the answer has ${found} bytes; expected ${bytes}`, { retry: true, single: true });
  return {
    sink: (chunk) => {
      received += chunk.length;
      if (received > bytes) throw wrong(`more than ${bytes}`);
      return sink(chunk);
    },
    end: () => {
      if (received !== bytes) throw wrong(String(received));
    },
  };
}
