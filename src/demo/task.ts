import type { NonEmpty, Random } from './random.ts';
import type { Scene } from './scene.ts';

/** An attribute to classify. The classes are in the order of their characters in a label. */
export interface Task {
  readonly name: string;
  readonly classes: readonly string[];
  /** Draws a garment of the class at `position`. */
  readonly draw: (random: Random, position: number) => Scene;
}

/** Defines a task by the kinds of garment that are its classes, in order. */
export function defineTask<Kind extends { readonly name: string }>(
  name: string,
  kinds: NonEmpty<Kind>,
  draw: (random: Random, kind: Kind) => Scene,
): Task {
  return {
    name,
    classes: kinds.map((kind) => kind.name),
    draw: (random, position) => draw(random, kinds[position] ?? kinds[0]),
  };
}
