import type { Json } from './json.ts';
import { type FileKind, type Links, readText } from './read-file.ts';

/** The nesting depth up to which JSON is accepted: code that walks through a value needs call stack for each level. */
const MAX_DEPTH = 200;

/** Parses JSON from outside. Returns nothing if a text is not JSON, or is nested too deep. */
export function parseJson(text: string): { readonly value: Json } | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isDeeper(value, MAX_DEPTH) ? undefined : { value };
  } catch {
    return undefined;
  }
}

/** Parses a JSON file. Returns nothing if it cannot be read, is larger than its kind may be, or is not JSON. */
export function parseJsonFile(path: string, kind: FileKind, links?: Links): { readonly value: Json } | undefined {
  const text = readText(path, kind, links);
  return text.ok ? parseJson(text.value) : undefined;
}

/** Goes level by level: a recursion would overflow the stack, which is what it has to prevent. */
function isDeeper(value: Json, limit: number): boolean {
  let level: object[] = isObject(value) ? [value] : [];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > limit) return true;
    const next: object[] = [];
    for (const each of level) for (const item of Object.values(each)) if (isObject(item)) next.push(item);
    level = next;
  }
  return false;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
