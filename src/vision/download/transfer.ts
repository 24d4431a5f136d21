import { closeSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import type { Progress } from '../../index.ts';

/** A connection without data for this long is closed. */
const STALLED_SECONDS = 60;
/** Statuses after which a retry may succeed. */
const TRANSIENT = [408, 425, 429, 500, 502, 503, 504];

/** The result of one attempt to download a file. */
export type Transfer =
  | { readonly kind: 'complete'; readonly resumed: boolean }
  /** A retry may succeed. `reached`: the number of bytes downloaded so far. */
  | { readonly kind: 'interrupted'; readonly reason: string; readonly reached: number }
  /** A retry would fail again. */
  | { readonly kind: 'rejected'; readonly reason: string };

interface TransferOptions {
  readonly signal: AbortSignal;
  /** Node's own by default. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  progress(progress: Progress): void;
}

/**
 * Downloads a file over HTTP into `partial`. Resumes an earlier attempt if the server supports ranges and still has the same
 * file. Throws the file system's errors and no others.
 */
export async function transfer(
  url: string,
  partial: string,
  { signal, progress, fetch = globalThis.fetch }: TransferOptions,
): Promise<Transfer> {
  const { host } = new URL(url);
  const controller = new AbortController();
  const abort = () => controller.abort();
  let stallTimer: NodeJS.Timeout | undefined;
  let stalled = false;
  const resetStallTimer = () => {
    clearTimeout(stallTimer);
    stallTimer = setTimeout(() => {
      stalled = true;
      abort();
    }, STALLED_SECONDS * 1000);
  };
  let reached = 0;
  signal.addEventListener('abort', abort);
  try {
    resetStallTimer();
    if (signal.aborted) abort();
    const known = partialState(partial, url);
    const response = await fetch(url, { headers: headersFor(known), signal: controller.signal });
    const { status, statusText, headers, body } = response;
    const start = status === 206 ? startOf(headers.get('content-range')) : 0;
    if (status === 416 || (status === 206 && start !== known.bytes)) {
      await body?.cancel();
      removePartial(partial);
      return { kind: 'interrupted', reason: `${host} cannot resume the download`, reached };
    }
    if (!response.ok || body === null) {
      await body?.cancel();
      const reason = `${host} answered ${status} ${statusText}`.trimEnd();
      return TRANSIENT.includes(status) ? { kind: 'interrupted', reason, reached } : { kind: 'rejected', reason };
    }
    const resumed = start > 0;
    const length = headers.get('content-length');
    const total = length === null ? undefined : start + Number(length);
    if (!resumed) writeNote(partial, url, headers);
    reached = start;
    const file = openSync(partial, resumed ? 'a' : 'w');
    try {
      for await (const chunk of body) {
        resetStallTimer();
        writeAll(file, chunk);
        reached += chunk.length;
        progress({ done: megabytes(reached), total: megabytes(total ?? reached), unit: 'MB' });
      }
    } finally {
      closeSync(file);
    }
    if (total !== undefined && reached < total) {
      return { kind: 'interrupted', reason: `${host} closed the connection early`, reached };
    }
    return { kind: 'complete', resumed };
  } catch (error) {
    if (error instanceof Error && 'syscall' in error && 'path' in error) throw error;
    if (error instanceof DiskError) throw error.cause;
    const reason = stalled ? `${host} sent no data for ${STALLED_SECONDS} seconds` : `${host}: ${describeError(error)}`;
    return { kind: 'interrupted', reason, reached };
  } finally {
    clearTimeout(stallTimer);
    signal.removeEventListener('abort', abort);
  }
}

/** Deletes the partial file of a download. */
export function removePartial(partial: string): void {
  rmSync(partial, { force: true });
  rmSync(noteFor(partial), { force: true });
}

/** Marks an error of the file system, such as a full disk, so that it is not taken for a network error. */
class DiskError extends Error {}

function writeAll(file: number, chunk: Uint8Array): void {
  try {
    for (let written = 0; written < chunk.length; ) written += writeSync(file, chunk, written);
  } catch (cause) {
    throw new DiskError('', { cause });
  }
}

interface PartialState {
  readonly bytes: number;
  /** The ETag or date by which the server decides whether it still has the same file. */
  readonly validator?: string;
}

/** Returns what an earlier attempt downloaded from the same URL. */
function partialState(partial: string, url: string): PartialState {
  const bytes = statSync(partial, { throwIfNoEntry: false })?.size ?? 0;
  try {
    const note = JSON.parse(readFileSync(noteFor(partial), 'utf8')) as { url?: string; validator?: string };
    if (bytes === 0 || note.url !== url) return { bytes: 0 };
    return { bytes, ...(note.validator !== undefined && { validator: note.validator }) };
  } catch {
    return { bytes: 0 };
  }
}

function writeNote(partial: string, url: string, headers: Headers): void {
  const etag = headers.get('etag');
  // A weak ETag says that two files are equivalent, not that they are identical.
  const validator = etag?.startsWith('"') ? etag : headers.get('last-modified');
  writeFileSync(noteFor(partial), JSON.stringify({ url, ...(validator !== null && { validator }) }));
}

function noteFor(partial: string): string {
  return `${partial}.json`;
}

function headersFor({ bytes, validator }: PartialState): Record<string, string> {
  // Without compression, so that byte offsets are those of the file.
  const plain = { 'accept-encoding': 'identity' };
  if (bytes === 0) return plain;
  return { ...plain, range: `bytes=${bytes}-`, ...(validator !== undefined && { 'if-range': validator }) };
}

/** Returns the start of a range, such as 100 of `bytes 100-199/200`. */
function startOf(range: string | null): number {
  return Number(/^bytes (\d+)-/.exec(range ?? '')?.[1] ?? Number.NaN);
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}

/** Describes a network error. The message of fetch's own error says nothing, that of its cause does. */
export function describeError(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  const code = 'code' in cause ? String(cause.code) : '';
  const words: Readonly<Record<string, string>> = {
    ENOTFOUND: 'host not found, or no network',
    EAI_AGAIN: 'DNS lookup failed',
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'connection reset',
    UND_ERR_SOCKET: 'connection reset',
    ETIMEDOUT: 'connection timed out',
    UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
  };
  return words[code] ?? (cause.message || code);
}
