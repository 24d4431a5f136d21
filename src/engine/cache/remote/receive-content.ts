import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseJson } from '../../../shared/parse-json.ts';
import { isBelow } from '../../../shared/paths-below.ts';
import { SIZE_LIMITS } from '../../../shared/read-file.ts';
import { bytesIn, type Cut, cutsOf, isSlice, isSmall } from './cuts.ts';
import { RemoteError, type Sink } from './driver.ts';
import { isListing, type Listing, type StoredBlob, type Transport } from './transport.ts';

/** Passes the bytes of a blob to a sink, to a new one in each attempt. Returns false if the remote cache does not have it. */
export type Receive = (blob: StoredBlob, openSink: () => Sink) => Promise<boolean>;

export type ForEachPart = <Value>(
  parts: readonly Part[],
  action: (part: Part) => Promise<Value>,
) => Promise<readonly Value[]>;

/** A blob with the parts of files that it holds. */
interface Part {
  readonly cut: Cut;
  readonly blob: StoredBlob;
}

/**
 * Writes content to `target`, an absolute path that does not exist. Every name and size in it may be a lie: only files and
 * directories below `target` are created, none of them twice, and no longer than announced.
 *
 * @returns whether the remote cache had every blob.
 */
export async function receiveContent(
  target: string,
  transport: Transport,
  forEach: ForEachPart,
  receive: Receive,
): Promise<boolean> {
  const listing = await listingOf(transport, receive);
  if (listing === undefined) return false;
  const paths = listing.files.map(([path]) => pathIn(target, path, transport));
  const parts = partsOf(listing, transport.pieces);
  if (transport.kind === 'directory') mkdirSync(target);
  for (const path of listing.emptyDirectories) mkdirSync(pathIn(target, path, transport), { recursive: true });
  for (const folder of new Set(paths.map(dirname))) mkdirSync(folder, { recursive: true });
  // Created exclusively, so that two names for one file are noticed wherever the file system takes them for one.
  for (const [index, [, bytes]] of listing.files.entries())
    if (bytes === 0 || !isSmall(bytes)) createSparse(paths[index] ?? '', bytes);
  const received = await forEach(parts, ({ cut, blob }) =>
    isSlice(cut) ? receiveSlice(cut, blob, paths, receive) : receivePack(cut, blob, paths, receive),
  );
  return received.every(Boolean);
}

function createSparse(path: string, bytes: number): void {
  closeSync(openSync(path, 'wx'));
  truncateSync(path, bytes);
}

async function listingOf({ kind, listing, pieces }: Transport, receive: Receive): Promise<Listing | undefined> {
  if (kind === 'file' || listing === undefined)
    return { files: [['', pieces.reduce((sum, { bytes }) => sum + bytes, 0)]], emptyDirectories: [] };
  if (listing.bytes > SIZE_LIMITS.listing) throw new RemoteError('a list of files is too long', { single: true });
  const text = await receiveWhole(listing, receive);
  if (text === undefined) return undefined;
  const value = parseJson(text.toString())?.value;
  if (!isListing(value)) throw new RemoteError('a list of files is invalid', { single: true });
  return value;
}

function pathIn(target: string, path: string, { kind }: Transport): string {
  if (kind === 'file') return target;
  if (!isBelow(path))
    throw new RemoteError(`the path ${JSON.stringify(path)} leads out of its folder`, { single: true });
  return join(target, path);
}

function partsOf({ files }: Listing, pieces: readonly StoredBlob[]): readonly Part[] {
  const cuts = cutsOf(files.map(([, bytes]) => bytes));
  const parts = cuts.flatMap((cut, index): Part[] => {
    const blob = pieces[index];
    return blob === undefined || blob.bytes !== bytesIn(cut) ? [] : [{ cut, blob }];
  });
  if (parts.length !== pieces.length || parts.length !== cuts.length)
    throw new RemoteError('a list of files does not fit to its blobs', { single: true });
  return parts;
}

async function receiveSlice(
  [segment]: readonly [Cut[number]],
  blob: StoredBlob,
  paths: readonly string[],
  receive: Receive,
): Promise<boolean> {
  const file = await open(paths[segment.file] ?? '', 'r+');
  try {
    return await receive(blob, () => {
      let position = segment.start;
      return async (chunk) => {
        for (let written = 0; written < chunk.length; ) {
          const { bytesWritten } = await file.write(chunk, written, chunk.length - written, position);
          written += bytesWritten;
          position += bytesWritten;
        }
      };
    });
  } finally {
    await file.close();
  }
}

async function receivePack(cut: Cut, blob: StoredBlob, paths: readonly string[], receive: Receive): Promise<boolean> {
  const pack = await receiveWhole(blob, receive);
  if (pack === undefined) return false;
  let start = 0;
  for (const { file, bytes } of cut) {
    // Read-only, as all content is: a chmod of each of many small files would take as long as the file.
    writeFileSync(paths[file] ?? '', pack.subarray(start, start + bytes), { flag: 'wx', mode: 0o444 });
    start += bytes;
  }
  return true;
}

/** Receives a small blob into memory. Returns nothing if the remote cache does not have it. */
export async function receiveWhole(blob: StoredBlob, receive: Receive): Promise<Buffer | undefined> {
  let chunks: Uint8Array[] = [];
  const isThere = await receive(blob, () => {
    chunks = [];
    return (chunk) => {
      chunks.push(chunk);
    };
  });
  return isThere ? Buffer.concat(chunks) : undefined;
}

/** Wraps a sink so that `end` rejects bytes that do not have the digest. */
export function digested({ digest }: StoredBlob, sink: Sink): { readonly sink: Sink; readonly end: () => void } {
  const hash = createHash('sha256');
  return {
    sink: (chunk) => {
      hash.update(chunk);
      return sink(chunk);
    },
    end: () => {
      if (hash.digest('hex') !== digest)
        throw new RemoteError(`the bytes of ${digest} do not match this digest`, { retry: true, single: true });
    },
  };
}
