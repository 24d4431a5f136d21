import { closest, distance } from 'fastest-levenshtein';

/** Cached results, since ten thousand stages may have the same misspelt name. */
const found = new WeakMap<readonly string[], Map<string, string | undefined>>();

/** Returns the known name that was probably meant, if one is similar enough. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const names = found.get(known) ?? new Map<string, string | undefined>();
  found.set(known, names);
  if (!names.has(name)) names.set(name, findNearest(name, known));
  return names.get(name);
}

function findNearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const candidate = closest(name, known);
  const tolerated = Math.min(Math.max(1, Math.floor(name.length * 0.4)), name.length - 1);
  return distance(name, candidate) <= tolerated ? candidate : undefined;
}

/** Returns the advice for an unknown name: the most similar known name or, failing that, all known names. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near !== undefined) return `Did you mean "${near}"?`;
  return known.length === 0 ? 'None are declared.' : `Known names: ${list(known)}.`;
}

/** Returns `a, b and c`; of more than eight names, the first seven. */
export function list(names: readonly string[]): string {
  const shown = names.length > 8 ? [...names.slice(0, 7), `${names.length - 7} more`] : names;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
