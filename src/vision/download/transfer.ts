import { closeSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import type { Progress } from '../../index.ts';

/** A connection over which nothing comes for so long is given up. */
const STALLED_MILLISECONDS = 60_000;
/** What may have passed when asked for again. */
const PASSING = [408, 425, 429, 500, 502, 503, 504];

/** How an attempt to get a file ended. */
export type Transfer =
  | { readonly kind: 'whole'; readonly resumed: boolean }
  /** So many bytes of it are there by now. */
  | { readonly kind: 'broken'; readonly reason: string; readonly reached: number }
  /** It would be no use to ask again. */
  | { readonly kind: 'refused'; readonly reason: string };

interface TransferOptions {
  readonly signal: AbortSignal;
  /** Node's own by default. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  progress(progress: Progress): void;
}

/**
 * Gets a file over HTTP into `partial`, going on where an earlier attempt ended if the server still has the same file
 * and can begin in the middle. Throws the file system's error, and nothing else.
 */
export async function transfer(
  url: string,
  partial: string,
  { signal, progress, fetch = globalThis.fetch }: TransferOptions,
): Promise<Transfer> {
  const { host } = new URL(url);
  const controller = new AbortController();
  const abort = () => controller.abort();
  let patience: NodeJS.Timeout | undefined;
  let stalled = false;
  const alive = () => {
    clearTimeout(patience);
    patience = setTimeout(() => {
      stalled = true;
      abort();
    }, STALLED_MILLISECONDS);
  };
  let reached = 0;
  signal.addEventListener('abort', abort);
  try {
    alive();
    if (signal.aborted) abort();
    const known = begun(partial, url);
    const response = await fetch(url, { headers: headersFor(known), signal: controller.signal });
    const { status, statusText, headers, body } = response;
    const start = status === 206 ? startOf(headers.get('content-range')) : 0;
    if (status === 416 || (status === 206 && start !== known.bytes)) {
      await body?.cancel();
      removePartial(partial);
      return { kind: 'broken', reason: `${host} cannot go on where it ended`, reached };
    }
    if (!response.ok || body === null) {
      await body?.cancel();
      const reason = `${host} answers ${status} ${statusText}`.trimEnd();
      return PASSING.includes(status) ? { kind: 'broken', reason, reached } : { kind: 'refused', reason };
    }
    const resumed = start > 0;
    const length = headers.get('content-length');
    const total = length === null ? undefined : start + Number(length);
    if (!resumed) remember(partial, url, headers);
    reached = start;
    const file = openSync(partial, resumed ? 'a' : 'w');
    try {
      for await (const chunk of body) {
        alive();
        writeAll(file, chunk);
        reached += chunk.length;
        progress({ done: megabytes(reached), total: megabytes(total ?? reached), unit: 'MB' });
      }
    } finally {
      closeSync(file);
    }
    if (total !== undefined && reached < total) {
      return { kind: 'broken', reason: `${host} ended the connection early`, reached };
    }
    return { kind: 'whole', resumed };
  } catch (error) {
    if (error instanceof Error && 'syscall' in error && 'path' in error) throw error;
    if (error instanceof DiskError) throw error.cause;
    const reason = stalled ? `nothing comes from ${host} any more` : `${host}: ${wordsFor(error)}`;
    return { kind: 'broken', reason, reached };
  } finally {
    clearTimeout(patience);
    signal.removeEventListener('abort', abort);
  }
}

/** Removes what an attempt has got. */
export function removePartial(partial: string): void {
  rmSync(partial, { force: true });
  rmSync(noteFor(partial), { force: true });
}

/** The disk may be full: that is not the network's fault. */
class DiskError extends Error {}

function writeAll(file: number, chunk: Uint8Array): void {
  try {
    for (let written = 0; written < chunk.length; ) written += writeSync(file, chunk, written);
  } catch (cause) {
    throw new DiskError('', { cause });
  }
}

interface Begun {
  readonly bytes: number;
  /** By which the server tells whether it still has the same file. */
  readonly validator?: string;
}

/** What an earlier attempt got of the same address. */
function begun(partial: string, url: string): Begun {
  const bytes = statSync(partial, { throwIfNoEntry: false })?.size ?? 0;
  try {
    const note = JSON.parse(readFileSync(noteFor(partial), 'utf8')) as { url?: string; validator?: string };
    if (bytes === 0 || note.url !== url) return { bytes: 0 };
    return { bytes, ...(note.validator !== undefined && { validator: note.validator }) };
  } catch {
    return { bytes: 0 };
  }
}

function remember(partial: string, url: string, headers: Headers): void {
  const etag = headers.get('etag');
  // A weak one says that files are as good as each other, not that they are the same.
  const validator = etag?.startsWith('"') ? etag : headers.get('last-modified');
  writeFileSync(noteFor(partial), JSON.stringify({ url, ...(validator !== null && { validator }) }));
}

function noteFor(partial: string): string {
  return `${partial}.json`;
}

function headersFor({ bytes, validator }: Begun): Record<string, string> {
  // Compressed on the way, bytes could not be counted.
  const plain = { 'accept-encoding': 'identity' };
  if (bytes === 0) return plain;
  return { ...plain, range: `bytes=${bytes}-`, ...(validator !== undefined && { 'if-range': validator }) };
}

/** Where a part begins: `bytes 100-199/200`. */
function startOf(range: string | null): number {
  return Number(/^bytes (\d+)-/.exec(range ?? '')?.[1] ?? Number.NaN);
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}

/** What fetch throws says nothing; its cause does. */
export function wordsFor(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  const code = 'code' in cause ? String(cause.code) : '';
  const words: Readonly<Record<string, string>> = {
    ENOTFOUND: 'there is no such host, or no network',
    EAI_AGAIN: 'the host could not be looked up',
    ECONNREFUSED: 'the connection was refused',
    ECONNRESET: 'the connection was cut',
    UND_ERR_SOCKET: 'the connection was cut',
    ETIMEDOUT: 'it does not answer',
    UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  };
  return words[code] ?? (cause.message || code);
}
