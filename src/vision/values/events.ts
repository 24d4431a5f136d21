import path from 'node:path';
import type { NumberGroup, ValueReader } from '../../shared/extensions/values.ts';
import { readBytes } from '../../shared/read-file.ts';

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
    } catch (error) {
      // The file ends in the middle of a record, or is no event file.
      if (error instanceof RangeError) return undefined;
      throw error;
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

/** Numbers of fields: tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto. */
const [STEP, SUMMARY, VALUE, TAG, SIMPLE_VALUE] = [2, 5, 1, 1, 2];

interface Scalar {
  readonly tag: string;
  readonly value: number;
}

function readEvent(record: Buffer): { step: number; scalars: Scalar[]; rest: string[] } {
  const fields = fieldsOf(record);
  const step = Number(fields.find(({ number }) => number === STEP)?.value ?? 0);
  const scalars: Scalar[] = [];
  const rest: string[] = [];
  for (const { number, value, text } of fields) {
    if (number === STEP) continue;
    if (number !== SUMMARY || !Buffer.isBuffer(value)) {
      rest.push(text);
      continue;
    }
    for (const item of fieldsOf(value)) {
      const scalar = item.number === VALUE && Buffer.isBuffer(item.value) ? readScalar(item.value) : undefined;
      if (scalar === undefined) rest.push(item.text);
      else scalars.push(scalar);
    }
  }
  return { step, scalars, rest };
}

/** Returns nothing for a value of another kind: a histogram, an image. */
function readScalar(message: Buffer): Scalar | undefined {
  const fields = fieldsOf(message);
  const [tag, value] = [TAG, SIMPLE_VALUE].map((number) => fields.find((field) => field.number === number)?.value);
  if (fields.length !== 2 || !Buffer.isBuffer(tag) || !Buffer.isBuffer(value) || value.length !== 4) return undefined;
  return { tag: tag.toString(), value: value.readFloatLE() };
}

interface Field {
  readonly number: number;
  /** The bytes of a string, a message or a number of a fixed length; otherwise an integer. */
  readonly value: Buffer | bigint;
  readonly text: string;
}

/** Splits a message of Protocol Buffers into its fields. */
function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > message.length) throw new RangeError('a field is longer than its message');
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = Number(varint());
    const type = key & 7;
    const value = type === 0 ? varint() : take(type === 1 ? 8 : type === 5 ? 4 : Number(varint()));
    const number = key >>> 3;
    fields.push({ number, value, text: `${number}: ${Buffer.isBuffer(value) ? value.toString('base64') : value}` });
  }
  return fields;
}
