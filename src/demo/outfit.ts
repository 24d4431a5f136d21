import { type Colour, contrasting } from './colour.ts';
import { type Fabric, fabric } from './fabric.ts';
import { chooseFigure, type Figure, type Posture } from './figure.ts';
import { FABRICS } from './palette.ts';
import type { Random, Several } from './random.ts';
import type { Scene, View } from './scene.ts';

export interface ClothChoice {
  readonly from?: Several<Colour>;
  /** How far its colour stands out from the skin and from every cloth chosen before it, 0 to 1. */
  readonly apart?: number;
  /** The share of plain cloths among all. */
  readonly plain?: number;
}

/** A figure and the cloths that it wears. */
export interface Outfit {
  readonly figure: Figure;
  /** Another cloth. `id` must be new. */
  readonly cloth: (id: string, choice?: ClothChoice) => Fabric;
  /** All of it in front of the camera. The layers go from back to front. */
  readonly scene: (view: View, layers: readonly string[]) => Scene;
}

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
