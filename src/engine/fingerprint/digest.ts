import { createHash } from 'node:crypto';
import type { Json } from '../../shared/json.ts';

/** SHA-256 of some content, in hex: of the bytes of a file, or of the listing of a directory. */
export type Digest = string & { readonly __brand: 'Digest' };

/** SHA-256 of a key document: same key, same outputs. */
export type ActionKey = string & { readonly __brand: 'ActionKey' };

export function sha256(content: string | Uint8Array): Digest {
  return createHash('sha256').update(content).digest('hex') as Digest;
}

/** Returns whether a text has the form of a digest or an action key. */
export function isDigest(text: string): text is Digest {
  return /^[0-9a-f]{64}$/.test(text);
}

/** Returns JSON with sorted keys, so that equal values give equal texts. */
export function canonicalJson(value: Json): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
