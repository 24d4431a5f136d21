import type { Json } from '../../shared/json.ts';
import type { Place } from '../../shared/problem.ts';
import { childOf, referencesIn } from './interpolate.ts';
import type { Overlaid } from './overlay.ts';

/** Finds the `--set`, or the line of a profile, that gave a value: a problem with the value is to be fixed there. */
export class Overrides {
  readonly #overlaid: Overlaid;

  constructor(overlaid: Overlaid) {
    this.#overlaid = overlaid;
  }

  /** Returns what gave the value at a path of a stage's params, or a shared param to which the value refers. */
  ofParam(stage: string, path: readonly (string | number)[], part: 'key' | 'value'): Place | undefined {
    const steps = path.map(String);
    return (
      this.#at([stage, ...steps]) ??
      (part === 'key' ? undefined : this.ofReferences(childOf(this.#overlaid.stages.get(stage) ?? {}, steps)))
    );
  }

  /** Returns what gave a shared param to which a value refers by `${name}`, directly or through others. */
  ofReferences(value: Json | undefined): Place | undefined {
    if (this.#overlaid.origins.size === 0 || value === undefined) return undefined;
    // References may form cycles, and chains of any length.
    const names = new Set(referencesIn(value));
    for (const name of names) {
      const steps = name.split('.');
      const place = this.#at(steps);
      if (place !== undefined) return place;
      for (const next of referencesIn(childOf(this.#overlaid.shared, steps) ?? null)) names.add(next);
    }
    return undefined;
  }

  /** Returns what gave the value at a path, the value around it or, failing that, a part of it. */
  #at(path: readonly string[]): Place | undefined {
    const { origins } = this.#overlaid;
    const [first = '', ...rest] = path;
    for (let length = rest.length; length >= 0; length--) {
      const place = origins.get([first, ...rest.slice(0, length)].join('.'));
      if (place !== undefined) return place;
    }
    const beginning = `${path.join('.')}.`;
    return [...origins].findLast(([key]) => key.startsWith(beginning))?.[1];
  }
}
