import { type Colour, contrasting } from './colour.ts';
import { type Fabric, fabric } from './fabric.ts';
import { chooseFigure, type Figure, type Posture } from './figure.ts';
import { FABRICS } from './palette.ts';
import type { NonEmpty, Random } from './random.ts';
import type { Scene, View } from './scene.ts';

export interface ClothChoice {
  readonly from?: NonEmpty<Colour>;
  /** The minimum distance of its colour from the skin and all cloths chosen before, 0 to 1. */
  readonly apart?: number;
  /** The probability of a plain cloth. */
  readonly plain?: number;
}

/** A figure and its cloths. */
export interface Outfit {
  readonly figure: Figure;
  /** Chooses another cloth. `id` must be unique in the image. */
  readonly cloth: (id: string, choice?: ClothChoice) => Fabric;
  /** Returns the scene of the figure. The layers are ordered from back to front. */
  readonly scene: (view: View, layers: readonly string[]) => Scene;
}

/** Chooses a figure at random, to which cloths can be added. */
export function dress(random: Random, posture: Posture = {}): Outfit {
  const figure = chooseFigure(random, posture);
  const colours: Colour[] = [figure.skin];
  const definitions: string[] = [];
  return {
    figure,
    cloth: (id, { from = FABRICS, apart = 0.22, plain = 0.65 } = {}) => {
      const colour = contrasting(random, from, colours, apart);
      const chosen = fabric(random, id, colour, plain);
      colours.push(colour);
      definitions.push(chosen.definition);
      return chosen;
    },
    scene: (view, layers) => ({
      view,
      drawing: [...definitions, ...layers].join(''),
      colours: [...colours, figure.shoes],
    }),
  };
}
