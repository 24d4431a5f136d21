import { readFileSync } from 'node:fs';
import type { Json } from './json.ts';

/** The size limit for parsing, in bytes: parsing takes a multiple of the file size in memory. */
export const LARGEST_JSON = 64_000_000;

/** Parses a JSON file of `bytes` bytes. Returns nothing if it is not JSON or is larger than `LARGEST_JSON`. */
export function parseJsonFile(path: string, bytes: number): { readonly value: Json } | undefined {
  if (bytes > LARGEST_JSON) return undefined;
  try {
    return { value: JSON.parse(readFileSync(path, 'utf8')) as Json };
  } catch {
    return undefined;
  }
}
