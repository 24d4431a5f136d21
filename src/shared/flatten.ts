import type { Json, JsonObject } from './json.ts';

/** Returns the values of nested objects by dotted name. */
export function flatten(object: JsonObject, prefix = ''): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, value]): [string, Json][] =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(flatten(value as JsonObject, `${prefix}${key}.`))
        : [[prefix + key, value]],
    ),
  );
}
