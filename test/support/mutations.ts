import fc from 'fast-check';
import type { Json } from '../../src/shared/json.ts';
import { isSoak } from './soak.ts';

/** How often a property is tried, and the seed with which; `FUZZ_SEED` and `FUZZ_RUNS` set others. */
export function fuzzRuns(runs: number): { readonly seed: number; readonly numRuns: number } {
  return {
    seed: Number(process.env['FUZZ_SEED'] ?? 20_180_401),
    numRuns: Number(process.env['FUZZ_RUNS'] ?? (isSoak ? 100 * runs : runs)),
  };
}

/** What is put in place of a part of a file. Texts that are paths, escapes and numbers are more telling than random ones. */
const value = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    0,
    -1,
    1e300,
    2 ** 53,
    '',
    '../../victim',
    '/etc/passwd',
    '\u001b[2J\u202e',
    {},
    [],
  ),
  fc.constantFrom<Json>('__proto__', 'constructor', 'NaN', 'C:\\x', 'a\0b', '9'.repeat(64), 'a'.repeat(64)),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
);

/** Returns variants of a JSON value: up to three of its parts, at any depth, are replaced, removed or added. */
export function mutatedJson(valid: Json): fc.Arbitrary<Json> {
  const change = fc.record({ step: fc.nat(), by: value, how: fc.constantFrom('replace', 'remove', 'add') });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) =>
    changes.reduce<Json>((json, { step, by, how }) => {
      const copy = structuredClone(json);
      const places = placesIn(copy);
      const place = places[step % Math.max(1, places.length)];
      if (place === undefined) return by;
      if (how === 'replace') Reflect.set(place.parent, place.key, by);
      else if (how === 'remove') Reflect.deleteProperty(place.parent, place.key);
      else Reflect.set(place.parent, typeof by === 'string' && !Array.isArray(place.parent) ? by : 'added', by);
      return copy;
    }, valid),
  );
}

function placesIn(json: Json): { readonly parent: object; readonly key: string }[] {
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([key, item]: [string, Json]) => [{ parent: json, key }, ...placesIn(item)]);
}

/** Returns variants of a file: up to four times, bytes are overwritten, inserted or removed, or the end is cut off. */
export function mutatedBytes(valid: Uint8Array): fc.Arbitrary<Buffer> {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc.constantFrom(
      ...[
        [0xff, 0xff, 0xff, 0xff],
        [0, 0, 0, 0],
        [0xff, 0xff, 0xff, 0x7f],
      ].map((each) => Uint8Array.from(each)),
    ),
  );
  const change = fc.record({ at: fc.nat(), bytes, how: fc.constantFrom('write', 'insert', 'remove', 'cut') });
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) =>
    changes.reduce<Buffer>((file, { at, bytes: by, how }) => {
      const place = at % (file.length + 1);
      if (how === 'cut') return file.subarray(0, place);
      const after = how === 'insert' ? place : place + by.length;
      return Buffer.concat([file.subarray(0, place), how === 'remove' ? Buffer.alloc(0) : by, file.subarray(after)]);
    }, Buffer.from(valid)),
  );
}
