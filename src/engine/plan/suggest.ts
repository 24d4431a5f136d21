import { closest, distance } from 'fastest-levenshtein';

/** What was found: a name that ten thousand stages get wrong in the same way is looked for once. */
const found = new WeakMap<readonly string[], Map<string, string | undefined>>();

/** The known name that was probably meant, if one is near enough to be worth saying. */
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

/** The advice for an unknown name: the near miss, or else what there is. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near !== undefined) return `Did you mean «${near}»?`;
  return known.length === 0 ? 'There are none here.' : `There is ${list(known)}.`;
}

/** «a, b and c», cut after eight. */
export function list(names: readonly string[]): string {
  const shown = names.length > 8 ? [...names.slice(0, 7), `${names.length - 7} more`] : names;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
