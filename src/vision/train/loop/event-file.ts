import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
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
  const version = record(stringField(3, 'brain.Event:2'));
  const records = events.map(({ tag, step, value }) => {
    const summary = bytesField(1, Buffer.concat([stringField(1, tag), floatField(2, value)]));
    return record(Buffer.concat([varintField(2, step), bytesField(5, summary)]));
  });
  // TensorBoard only reads files with "tfevents" in their name.
  await writeFile(path.join(directory, 'events.out.tfevents.0.pipeline'), Buffer.concat([version, ...records]));
}

/** Encodes a record of a TFRecord file: length, checksum of the length, data, checksum of the data. */
function record(data: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, checksum(length), data, checksum(data)]);
}

function checksum(data: Buffer): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(maskedCrc32c(data));
  return bytes;
}

// Fields of a protobuf message: field number and wire type in one varint, then the value.

function varintField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number << 3), varint(value)]);
}

function bytesField(number: number, value: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | 2), varint(value.length), value]);
}

function stringField(number: number, value: string): Buffer {
  return bytesField(number, Buffer.from(value));
}

function floatField(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([varint((number << 3) | 5), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}
