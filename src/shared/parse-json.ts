import { readFileSync } from 'node:fs';
import type { Json } from './json.ts';

/** Larger files are not parsed: that takes a multiple of their size in memory. In bytes. */
export const LARGEST_JSON = 64_000_000;

/** Parses a file of `bytes`. Returns nothing if it is not JSON, or larger than `LARGEST_JSON`. */
export function parseJsonFile(path: string, bytes: number): { readonly value: Json } | undefined {
  if (bytes > LARGEST_JSON) return undefined;
  try {
    return { value: JSON.parse(readFileSync(path, 'utf8')) as Json };
  } catch {
    return undefined;
  }
}
