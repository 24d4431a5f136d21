import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFrom } from '../../../shared/files.ts';
import { type Digest, sha256 } from '../../fingerprint/digest.ts';
import { nowInNanoseconds } from '../../fingerprint/file-facts.ts';
import { walk } from '../../fingerprint/walk.ts';
import { bytesIn, type Cut, cutsOf, isSlice, type Segment } from './cuts.ts';
import type { Blob } from './driver.ts';
import type { Listing, StoredBlob, Transport } from './transport.ts';

/** Sends a blob unless the remote cache has it. */
export type SendBlob = (blob: Blob) => Promise<void>;

/** Runs an action for each cut, some at the same time. */
export type ForEach = <Value>(cuts: readonly Cut[], action: (cut: Cut) => Promise<Value>) => Promise<Value[]>;

const CHUNK = 1 << 20;

/** Sends the content at an absolute path as blobs, and returns which. */
export async function sendContent(path: string, forEach: ForEach, send: SendBlob): Promise<Transport> {
  const { kind, table, emptyDirectories } = walk(path, 'kept', nowInNanoseconds(), () => undefined);
  const files = table.indices().map((index) => [table.pathAt(index), table.sizeAt(index)] as const);
  const pathOf = ({ file }: Segment) => (kind === 'file' ? path : `${path}/${files[file]?.[0]}`);
  const pieces = await forEach(cutsOf(files.map(([, bytes]) => bytes)), async (cut): Promise<StoredBlob> => {
    const blob = await blobOf(cut, pathOf);
    await send(blob);
    return { digest: blob.digest, bytes: blob.bytes };
  });
  if (kind === 'file') return { kind, pieces };
  const listing = textBlob(JSON.stringify({ files, emptyDirectories } satisfies Listing));
  await send(listing);
  return { kind, listing: { digest: listing.digest, bytes: listing.bytes }, pieces };
}

/** Returns a text as a blob. */
export function textBlob(text: string): Blob {
  const bytes = Buffer.from(text);
  return { digest: sha256(bytes), bytes: bytes.length, open: () => bytes };
}

async function blobOf(cut: Cut, pathOf: (segment: Segment) => string): Promise<Blob> {
  const bytes = bytesIn(cut);
  if (isSlice(cut)) {
    const [segment] = cut;
    const open = () => readSegment(pathOf(segment), segment);
    const hash = createHash('sha256');
    for await (const chunk of open()) hash.update(chunk as Buffer);
    return { digest: hash.digest('hex') as Digest, bytes, open };
  }
  const pack = Buffer.concat(cut.map((segment) => readFrom(pathOf(segment), segment.start, segment.bytes)));
  return { digest: sha256(pack), bytes: pack.length, open: () => pack };
}

function readSegment(path: string, { start, bytes }: Segment) {
  return createReadStream(path, { start, end: start + bytes - 1, highWaterMark: CHUNK });
}
