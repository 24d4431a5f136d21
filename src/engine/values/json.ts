import type { FileValues, ValueReader } from '../../shared/extensions/values.ts';
import type { Json } from '../../shared/json.ts';
import { extensionOf } from '../../shared/media-type.ts';
import { parseJson } from '../../shared/parse-json.ts';
import { GroupedNumbers } from './grouped-numbers.ts';
import { readText } from './read-text.ts';

/** JSON, and JSON lines: the numbers at equal places of the items of a list form a group. */
export const jsonValues: ValueReader = {
  async read({ name, path }) {
    const extension = extensionOf(name);
    if (!['json', 'jsonl', 'ndjson'].includes(extension)) return undefined;
    const text = readText(path);
    if (text === undefined) return undefined;
    if (extension === 'json') {
      const parsed = parseJson(text);
      return parsed && valuesOf(parsed.value);
    }
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const parsed = lines.map((line) => parseJson(line)?.value);
    return parsed.includes(undefined) ? undefined : valuesOf(parsed.map((value) => value ?? null));
  },
};

function valuesOf(json: Json): FileValues {
  const numbers = new GroupedNumbers();
  const others = new Map<string, string>();
  collect(json, '', '');
  return { numbers: numbers.groups(), others };

  function collect(value: Json, place: string, group: string): void {
    if (typeof value === 'number') numbers.add(group, value, place);
    else if (Array.isArray(value)) {
      others.set(place, `a list of ${value.length}`);
      for (const [index, item] of value.entries()) collect(item, `${place}[${index}]`, `${group}[]`);
    } else if (typeof value === 'object' && value !== null) {
      others.set(place, `an object with the keys ${JSON.stringify(Object.keys(value))}`);
      for (const [key, item] of Object.entries(value)) collect(item, joined(place, key), joined(group, key));
    } else others.set(place, JSON.stringify(value));
  }
}

function joined(place: string, key: string): string {
  return place === '' ? key : `${place}.${key}`;
}
