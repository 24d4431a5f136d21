import { DataType, Vector } from 'apache-arrow';
import type { Json } from '../../../shared/json.ts';
import { pictureFormat } from '../../../shared/media-type.ts';
import { bytes as size } from '../../../shared/text/format.ts';

/** Longer lists are truncated to this length. */
const MAX_VALUES = 64;

/** Converts a value of a column to JSON. Bytes are replaced by their format and size; long lists are truncated. */
export function toJson(value: unknown, type: DataType): Json {
  if (value === null || value === undefined) return null;
  if (DataType.isDictionary(type)) return toJson(value, type.dictionary);
  if (DataType.isDate(type)) return isoTime(Number(value)).slice(0, 10);
  if (DataType.isTimestamp(type)) return isoTime(Number(value));
  if (DataType.isDecimal(type)) return decimal(value as Uint32Array, type.scale);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof Uint8Array) return `${pictureFormat(value) ?? 'bytes'}, ${size(value.byteLength)}`;
  if (value instanceof Vector) return listToJson(value);
  return JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner)),
  );
}

function listToJson(vector: Vector): Json {
  const first = [...Array(Math.min(vector.length, MAX_VALUES)).keys()];
  return first.map((index) => toJson(vector.get(index), vector.type));
}

/** Formats a two's complement number, least significant word first, with `scale` digits after the point. */
function decimal(words: Uint32Array, scale: number): string {
  const unsigned = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  const value = BigInt.asIntN(words.length * 32, unsigned);
  const digits = `${value < 0n ? -value : value}`.padStart(scale + 1, '0');
  const point = digits.length - Math.max(0, scale);
  const fraction = scale > 0 ? `.${digits.slice(point)}` : '';
  return `${value < 0n ? '-' : ''}${digits.slice(0, point)}${fraction}`;
}

function isoTime(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString();
}
