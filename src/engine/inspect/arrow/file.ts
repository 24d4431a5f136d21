import { closeSync, fstatSync, openSync } from 'node:fs';
import { Message, type Schema } from 'apache-arrow';
import { type FileBlock, Footer } from 'apache-arrow/ipc/metadata/file';
import type { DictionaryBatch, RecordBatch } from 'apache-arrow/ipc/metadata/message';
import { readAt, readFrom } from '../../../shared/files.ts';
import { ARROW_CONTINUATION as CONTINUATION, ARROW_MAGIC as MAGIC } from '../../../shared/media-type.ts';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { hasPartsOf } from './batch-layout.ts';

/** A record batch that has not been read: its header, and the position of its buffers. */
export interface Batch<Header = RecordBatch> {
  readonly header: Header;
  /** The offset in the file to which the buffer offsets of the header are relative. */
  readonly body: number;
}

/** An Arrow IPC file or stream. Only its headers are read, because it may be larger than memory. */
export interface ArrowFile {
  readonly form: 'file' | 'stream';
  readonly bytes: number;
  readonly schema: Schema;
  readonly batches: readonly Batch[];
  readonly dictionaries: readonly Batch<DictionaryBatch>[];
  /** True if a stream ends in the middle of a message. */
  readonly cutShort: boolean;
  /** Opens the file for each call, because a thousand shards cannot all be open at the same time. */
  read(position: number, length: number): Uint8Array<ArrayBuffer>;
}

export function openArrow(path: string): Result<ArrowFile> {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const isFile = text(readAt(file, 0, 6)) === MAGIC;
    const parts = isFile ? readFooter(file, size) : readStream(file, size);
    if (parts !== undefined && !fits(parts)) return problem('its schema does not match its batches');
    if (parts === undefined) return problem(isFile ? 'its footer is missing' : 'it does not start with a schema');
    return success({ bytes: size, ...parts, read: (position, length) => readFrom(path, position, length) });
  } catch (error) {
    // Corrupted bytes make flatbuffers throw all kinds of errors.
    return problem(`its headers are corrupted: ${(error as Error).message}`);
  } finally {
    closeSync(file);
  }
}

/** Checks the schema, because flatbuffers reads a corrupted schema as a different one without an error. */
function fits({ schema, batches }: Parts): boolean {
  return batches.every(({ header }) => hasPartsOf(header, schema.fields));
}

type Parts = Pick<ArrowFile, 'form' | 'schema' | 'batches' | 'dictionaries' | 'cutShort'>;

function readFooter(file: number, size: number): Parts | undefined {
  const end = readAt(file, size - 10, 10);
  if (size < 20 || text(end.subarray(4)) !== MAGIC) return undefined;
  const length = view(end).getInt32(0, true);
  if (length <= 0 || length > size - 18) return undefined;
  const footer = Footer.decode(readAt(file, size - 10 - length, length));
  const batchAt = <Header>({ offset, metaDataLength }: FileBlock): Batch<Header> => {
    const bytes = readAt(file, offset, metaDataLength);
    const prefix = view(bytes).getUint32(0, true) === CONTINUATION ? 8 : 4;
    return { header: Message.decode(bytes.subarray(prefix)).header() as Header, body: offset + metaDataLength };
  };
  return {
    form: 'file',
    schema: footer.schema,
    batches: Array.from(footer.recordBatches(), (block) => batchAt<RecordBatch>(block)),
    dictionaries: Array.from(footer.dictionaryBatches(), (block) => batchAt<DictionaryBatch>(block)),
    cutShort: false,
  };
}

function readStream(file: number, size: number): Parts | undefined {
  let schema: Schema | undefined;
  const batches: Batch[] = [];
  const dictionaries: Batch<DictionaryBatch>[] = [];
  let position = 0;
  let ended = false;
  while (!ended && position + 8 <= size) {
    const prefix = view(readAt(file, position, 8));
    const length = prefix.getInt32(4, true);
    if (prefix.getUint32(0, true) !== CONTINUATION || length < 0) return undefined;
    const body = position + 8 + length;
    ended = length === 0;
    if (ended || body > size) break;
    const message = Message.decode(readAt(file, position + 8, length));
    position = body + message.bodyLength;
    if (message.isSchema()) schema ??= message.header();
    else if (position > size) break;
    else if (message.isRecordBatch()) batches.push({ header: message.header(), body });
    else if (message.isDictionaryBatch()) dictionaries.push({ header: message.header(), body });
  }
  // The end-of-stream marker is optional.
  const cutShort = !ended && position !== size;
  return schema === undefined ? undefined : { form: 'stream', schema, batches, dictionaries, cutShort };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
