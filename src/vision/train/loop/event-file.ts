import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { EVENT, SUMMARY, SUMMARY_VALUE } from './event-fields.ts';
import { maskedCrc32c } from './masked-crc32c.ts';

/** One point of a scalar curve in TensorBoard. */
export interface ScalarEvent {
  readonly tag: string;
  readonly step: number;
  readonly value: number;
}

/**
 * Writes a TensorBoard run: a directory with one event file. All events have the wall time 0 so that the artifact is
 * byte-identical in every run; TensorBoard's "Wall" axis is therefore meaningless.
 */
export async function writeEventFile(directory: string, events: readonly ScalarEvent[]): Promise<void> {
  await mkdir(directory, { recursive: true });
  const version = record(
    new BinaryWriter().tag(EVENT.version, WireType.LengthDelimited).string('brain.Event:2').finish(),
  );
  const records = events.map((event) => record(encodeEvent(event)));
  // TensorBoard only reads files with "tfevents" in their name.
  await writeFile(path.join(directory, 'events.out.tfevents.0.pipeline'), Buffer.concat([version, ...records]));
}

function encodeEvent({ tag, step, value }: ScalarEvent): Uint8Array {
  const writer = new BinaryWriter().tag(EVENT.step, WireType.Varint).int64(step);
  writer.tag(EVENT.summary, WireType.LengthDelimited).fork();
  writer.tag(SUMMARY.value, WireType.LengthDelimited).fork();
  writer.tag(SUMMARY_VALUE.tag, WireType.LengthDelimited).string(tag);
  writer.tag(SUMMARY_VALUE.simpleValue, WireType.Bit32).float(value);
  return writer.join().join().finish();
}

/** Encodes a record of a TFRecord file: length, checksum of the length, data, checksum of the data. */
function record(data: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, checksum(length), data, checksum(data)]);
}

function checksum(data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(maskedCrc32c(data));
  return bytes;
}
