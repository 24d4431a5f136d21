import { statSync } from 'node:fs';
import type { Viewed } from '../../shared/extensions/viewer.ts';
import { filesBelow, readFrom } from '../../shared/files.ts';
import { extensionOf } from '../../shared/media-type.ts';
import { parseJsonFile } from '../../shared/parse-json.ts';
import { decodeText, isTable } from './text.ts';

const HEAD_BYTES = 8192;

/** Returns what viewers are told about a file or directory. `name` is the file name that the stage declares. */
export function viewedAt(path: string, name: string): Viewed {
  const stats = statSync(path);
  if (stats.isDirectory()) {
    const files = filesBelow(path);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    return { path, name, kind: 'directory', bytes, head: new Uint8Array(), files, json: () => undefined };
  }
  const { size: bytes } = stats;
  const head = readFrom(path, 0, HEAD_BYTES);
  let parsed: { readonly json: ReturnType<Viewed['json']> } | undefined;
  const json = () => {
    parsed ??= { json: mayBeJson(name, head) ? parseJsonFile(path, 'shownJson') : undefined };
    return parsed.json;
  };
  return { path, name, kind: 'file', bytes, head, files: [], json };
}

/** Returns whether a file may be JSON, by its name or its first character, so that other files are not parsed. */
function mayBeJson(name: string, head: Uint8Array): boolean {
  const text = decodeText(head);
  if (text === undefined || isTable(name)) return false;
  return extensionOf(name) === 'json' || /^\s*[[{]/.test(text);
}
