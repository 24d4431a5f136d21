import { type FileKind, readText } from '../../../shared/read-file.ts';
import { fromChecksummed } from './checksummed.ts';

/** Returns the record in a file; nothing if it is absent or corrupted. */
export function readRecord<Value extends object>(path: string, kind: FileKind): Partial<Value> | undefined {
  const text = readText(path, kind);
  return text.ok ? fromChecksummed<Value>(text.value) : undefined;
}
