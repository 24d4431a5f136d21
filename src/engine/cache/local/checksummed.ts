import { hash } from 'node:crypto';
import { withNonFinite } from '../../../shared/non-finite.ts';
import { parseJson } from '../../../shared/parse-json.ts';
import type { Digest } from '../../fingerprint/digest.ts';

const TAIL = /,\n {2}"checksum": "([0-9a-f]{64})"\n\}\n$/;
const TAIL_LENGTH = 85;

/** Returns the digest of a record: SHA-256 of the JSON text in which it is stored. */
export function recordDigest(record: object): Digest {
  return hash('sha256', bodyOf(record)) as Digest;
}

function bodyOf(record: object): string {
  return JSON.stringify(record, withNonFinite, 2);
}

/** Returns a record as JSON that ends with a SHA-256 checksum over everything before it, to detect flipped bits. */
export function toChecksummed(record: object): string {
  const body = bodyOf(record);
  return `${body.slice(0, -2)},\n  "checksum": "${hash('sha256', body)}"\n}\n`;
}

/**
 * Parses a record; returns nothing if it is corrupted. Also reads records of earlier versions, without a checksum. Anybody
 * can compute a checksum, so each field has to be checked before it is used.
 */
export function fromChecksummed<Value extends object>(text: string): Partial<Value> | undefined {
  const [tail, checksum] = TAIL.exec(text.slice(-TAIL_LENGTH)) ?? [];
  const body = tail === undefined ? text : `${text.slice(0, -tail.length)}\n}`;
  if (checksum !== undefined && hash('sha256', body) !== checksum) return undefined;
  const value = parseJson(body)?.value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return checksum !== undefined || isEarlier(value, text) ? (value as Partial<Value>) : undefined;
}

/** Returns whether a text is byte-identical to what an earlier version wrote. A final string is a broken checksum. */
function isEarlier(value: object, text: string): boolean {
  return typeof Object.values(value).at(-1) === 'object' && `${JSON.stringify(value, null, 2)}\n` === text;
}
