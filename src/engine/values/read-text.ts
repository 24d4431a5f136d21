import { readBytes } from '../../shared/read-file.ts';
import { decodeText } from '../inspect/text.ts';

/** Reads a text whose values are compared. Returns nothing if it is too large, or no valid UTF-8. */
export function readText(path: string): string | undefined {
  const bytes = readBytes(path, 'comparedValues');
  return bytes.ok ? decodeText(bytes.value) : undefined;
}
