import { readFileSync } from 'node:fs';
import { fromChecksummed } from './checksummed.ts';

/** Returns the record in a file; nothing if it is absent or corrupted. */
export function readRecord<Value extends object>(path: string): Value | undefined {
  try {
    return fromChecksummed<Value>(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
