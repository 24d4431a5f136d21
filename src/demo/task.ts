import type { Random, Several } from './random.ts';
import type { Scene } from './scene.ts';

/** An attribute to classify. The classes stand in the order of their characters in a label. */
export interface Task {
  readonly name: string;
  readonly classes: readonly string[];
  /** A garment of the class at `position`. */
  readonly draw: (random: Random, position: number) => Scene;
}

/** A task from the kinds of garment that are its classes, in order. */
export function defineTask<Kind extends { readonly name: string }>(
  name: string,
  kinds: Several<Kind>,
  draw: (random: Random, kind: Kind) => Scene,
): Task {
  return {
    name,
    classes: kinds.map((kind) => kind.name),
    draw: (random, position) => draw(random, kinds[position] ?? kinds[0]),
  };
}
