import { closeSync, constants, openSync, rmSync, writeSync } from 'node:fs';
import type { Progress } from '../../index.ts';
import { writeAtomically } from '../../shared/atomic-write.ts';
import { parseJsonFile } from '../../shared/parse-json.ts';
import { statsOf } from '../../shared/paths-below.ts';
import { bytes as sizeText } from '../../shared/text/format.ts';

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
  | { readonly kind: 'rejected'; readonly reason: string }
  /** The time for the download is over. */
  | { readonly kind: 'too-late' };

interface TransferOptions {
  readonly signal: AbortSignal;
  /** Node's own by default. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly maxBytes: number;
  /** How long this attempt may take. */
  readonly milliseconds: number;
  progress(progress: Progress): void;
}

/**
 * Downloads a file over HTTP into `partial`. Resumes an earlier attempt if the server supports ranges and still has the same
 * file. Throws the file system's errors and no others.
 */
export async function transfer(
  url: string,
  partial: string,
  { signal, progress, fetch = globalThis.fetch, maxBytes, milliseconds }: TransferOptions,
): Promise<Transfer> {
  const { host } = new URL(url);
  const controller = new AbortController();
  const abort = () => controller.abort();
  let late = false;
  const lateTimer = setTimeout(() => {
    late = true;
    abort();
  }, milliseconds);
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
    if ((total ?? 0) > maxBytes) {
      await body.cancel();
      return tooLarge(host, partial, maxBytes);
    }
    if (!resumed) writeNote(partial, url, headers);
    reached = start;
    const file = openPartial(partial, resumed);
    try {
      for await (const chunk of body) {
        resetStallTimer();
        reached += chunk.length;
        if (reached > maxBytes) break;
        writeAll(file, chunk);
        progress({ done: megabytes(reached), total: megabytes(total ?? reached), unit: 'MB' });
      }
    } finally {
      closeSync(file);
    }
    if (reached > maxBytes) return tooLarge(host, partial, maxBytes);
    if (total !== undefined && reached < total) {
      return { kind: 'interrupted', reason: `${host} closed the connection early`, reached };
    }
    return { kind: 'complete', resumed };
  } catch (error) {
    if (error instanceof Error && 'syscall' in error && 'path' in error) throw error;
    if (late) return { kind: 'too-late' };
    if (error instanceof DiskError) throw error.cause;
    const reason = stalled ? `${host} sent no data for ${STALLED_SECONDS} seconds` : `${host}: ${describeError(error)}`;
    return { kind: 'interrupted', reason, reached };
  } finally {
    clearTimeout(stallTimer);
    clearTimeout(lateTimer);
    signal.removeEventListener('abort', abort);
  }
}

function tooLarge(host: string, partial: string, maxBytes: number): Transfer {
  removePartial(partial);
  return { kind: 'rejected', reason: `${host} sends more than ${sizeText(maxBytes)}` };
}

/** Opens the partial file; never through a link, and never a pipe. */
function openPartial(partial: string, resumed: boolean): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_TRUNC, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  if (!resumed) rmSync(partial, { recursive: true, force: true });
  const mode = resumed ? O_APPEND : O_CREAT | O_TRUNC;
  return openSync(partial, O_WRONLY | mode | O_NOFOLLOW | O_NONBLOCK);
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

/** What is stored beside a partial file, and may be anything. */
interface PartialNote {
  readonly url?: unknown;
  readonly validator?: unknown;
}

/** Returns what an earlier attempt downloaded from the same URL. */
function partialState(partial: string, url: string): PartialState {
  const stats = statsOf(partial);
  const bytes = stats?.isFile() ? stats.size : 0;
  const note = parseJsonFile(noteFor(partial), 'downloadNote')?.value as PartialNote | null | undefined;
  if (bytes === 0 || note?.url !== url) return { bytes: 0 };
  const { validator } = note;
  // It is sent as a header.
  const isHeader = typeof validator === 'string' && /^[\x20-\x7e]+$/.test(validator);
  return { bytes, ...(isHeader && { validator }) };
}

function writeNote(partial: string, url: string, headers: Headers): void {
  const etag = headers.get('etag');
  // A weak ETag says that two files are equivalent, not that they are identical.
  const validator = etag?.startsWith('"') ? etag : headers.get('last-modified');
  writeAtomically(noteFor(partial), JSON.stringify({ url, ...(validator !== null && { validator }) }));
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
