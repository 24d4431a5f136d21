import path from 'node:path';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { NumberGroup, ValueReader } from '../../shared/extensions/values.ts';
import { readBytes } from '../../shared/read-file.ts';
import { EVENT, SUMMARY, SUMMARY_VALUE } from '../train/loop/event-fields.ts';

/** The event files of TensorBoard: the values of a curve form a group. */
export const eventValues: ValueReader = {
  async read({ path: file, name }) {
    if (!path.basename(name).includes('tfevents')) return undefined;
    const bytes = readBytes(file, 'comparedValues');
    if (!bytes.ok) return undefined;
    const curves = new Map<string, { readonly values: number[]; readonly steps: number[] }>();
    const others = new Map<string, string>();
    try {
      for (const [index, record] of recordsOf(bytes.value).entries()) {
        const { step, scalars, rest } = readEvent(record);
        others.set(`event ${index + 1}`, JSON.stringify([step, scalars.map(({ tag }) => tag), rest]));
        for (const { tag, value } of scalars) {
          const curve = curves.get(tag) ?? { values: [], steps: [] };
          curve.values.push(value);
          curve.steps.push(step);
          curves.set(tag, curve);
        }
      }
    } catch {
      // The file ends in the middle of a record, or is no event file.
      return undefined;
    }
    const numbers = Array.from(curves, ([tag, { values, steps }]): NumberGroup => {
      return { name: tag, values, placeOf: (index) => `${tag} at step ${steps[index]}` };
    });
    return { numbers, others };
  },
};

/** Splits a TFRecord file: length, checksum of the length, data, checksum of the data. */
function recordsOf(bytes: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    if (at + length + 16 > bytes.length) throw new RangeError('the last record is incomplete');
    records.push(bytes.subarray(at + 12, at + 12 + length));
    at += length + 16;
  }
  return records;
}

interface Scalar {
  readonly tag: string;
  readonly value: number;
}

function readEvent(record: Uint8Array): { step: number; scalars: Scalar[]; rest: string[] } {
  const reader = new BinaryReader(record);
  const scalars: Scalar[] = [];
  const rest: string[] = [];
  let step = 0;
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === EVENT.step) step = Number(reader.int64());
    else if (number === EVENT.summary) readSummary(reader.bytes(), scalars, rest);
    else rest.push(textOf(number, reader.skip(type, number)));
  }
  return { step, scalars, rest };
}

function readSummary(message: Uint8Array, scalars: Scalar[], rest: string[]): void {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const value = reader.skip(type, number);
    const scalar = number === SUMMARY.value ? readScalar(new BinaryReader(value).bytes()) : undefined;
    if (scalar === undefined) rest.push(textOf(number, value));
    else scalars.push(scalar);
  }
}

/** Returns nothing for a value of another kind: a histogram, an image. */
function readScalar(message: Uint8Array): Scalar | undefined {
  const reader = new BinaryReader(message);
  let [tag, value]: [string | undefined, number | undefined] = [undefined, undefined];
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === SUMMARY_VALUE.tag) tag = reader.string();
    else if (number === SUMMARY_VALUE.simpleValue && type === WireType.Bit32) value = reader.float();
    else return undefined;
  }
  return tag === undefined || value === undefined ? undefined : { tag, value };
}

function textOf(field: number, value: Uint8Array): string {
  return `${field}: ${Buffer.from(value).toString('base64')}`;
}
