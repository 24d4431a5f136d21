import type { Plan } from './plan.ts';

/** Returns, for each stage, the length of the longest chain of downstream stages, itself included. */
export function chainLengths({ stages }: Plan): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>();
  for (const { name, dependencies } of stages.toReversed()) {
    const length = (lengths.get(name) ?? 0) + 1;
    for (const dependency of dependencies) {
      lengths.set(dependency, Math.max(lengths.get(dependency) ?? 0, length));
    }
  }
  return lengths;
}
