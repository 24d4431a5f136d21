import { hash } from 'node:crypto';
import { withNonFinite } from '../../../shared/non-finite.ts';

const TAIL = /,\n {2}"checksum": "([0-9a-f]{64})"\n\}\n$/;
const TAIL_LENGTH = 85;

/** A record as JSON that ends with a checksum over all before it: so that a flipped bit anywhere in it shows. */
export function toChecksummed(record: object): string {
  const body = JSON.stringify(record, withNonFinite, 2);
  return `${body.slice(0, -2)},\n  "checksum": "${hash('sha256', body)}"\n}\n`;
}

/** The record in a text; nothing if it is damaged. Records of earlier versions, which have no checksum, are read too. */
export function fromChecksummed<Value extends object>(text: string): Value | undefined {
  const [tail, checksum] = TAIL.exec(text.slice(-TAIL_LENGTH)) ?? [];
  const body = tail === undefined ? text : `${text.slice(0, -tail.length)}\n}`;
  if (checksum !== undefined && hash('sha256', body) !== checksum) return undefined;
  try {
    const value = JSON.parse(body) as unknown;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return checksum !== undefined || isEarlier(value, text) ? (value as Value) : undefined;
  } catch {
    return undefined;
  }
}

/** As it was written, byte for byte. What ends in a text ends in a damaged checksum. */
function isEarlier(value: object, text: string): boolean {
  return typeof Object.values(value).at(-1) === 'object' && `${JSON.stringify(value, null, 2)}\n` === text;
}
