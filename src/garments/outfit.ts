import { type Colour, contrasting } from './colour.ts';
import { type Fabric, fabric } from './fabric.ts';
import { drawFigure, type Figure, type Posture } from './figure.ts';
import { FABRICS } from './palette.ts';
import type { Random, Several } from './random.ts';

export interface ClothChoice {
  readonly from?: Several<Colour>;
  /** How far its colour stands out from the skin and from every cloth chosen before it, 0 to 1. */
  readonly apart?: number;
  /** The share of plain cloths among all. */
  readonly plain?: number;
}

/** A figure and the cloths it wears. */
export interface Outfit {
  readonly figure: Figure;
  /** The skin and the cloths chosen so far. */
  readonly colours: readonly Colour[];
  readonly cloth: (id: string, choice?: ClothChoice) => Fabric;
}

export function dress(random: Random, posture: Posture = {}): Outfit {
  const figure = drawFigure(random, posture);
  const colours: Colour[] = [figure.skin];
  return {
    figure,
    colours,
    cloth: (id, { from = FABRICS, apart = 0.22, plain = 0.65 } = {}) => {
      const colour = contrasting(random, from, colours, apart);
      colours.push(colour);
      return fabric(random, id, colour, plain);
    },
  };
}
