import type { NumberGroup } from '../../shared/extensions/values.ts';

/** Collects numbers one by one, each with its place, and groups them by name. */
export class GroupedNumbers {
  readonly #groups = new Map<string, { readonly values: number[]; readonly places: string[] }>();

  add(group: string, value: number, place: string): void {
    const known = this.#groups.get(group) ?? { values: [], places: [] };
    known.values.push(value);
    known.places.push(place);
    this.#groups.set(group, known);
  }

  groups(): readonly NumberGroup[] {
    return Array.from(this.#groups, ([name, { values, places }]) => ({
      name,
      values,
      placeOf: (index) => places[index] ?? name,
    }));
  }
}
