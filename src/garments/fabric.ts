import { type Colour, darker, distance, lighter, mix } from './colour.ts';
import { text } from './path.ts';
import type { Random } from './random.ts';

/** What a garment is made of. `definition` has to stand in the drawing before `fill` is used. */
export interface Fabric {
  readonly colour: Colour;
  readonly fill: string;
  readonly definition: string;
}

/** `size` is the length of one repeat, in the figure's units. */
type Weave = (random: Random, base: Colour, accent: Colour) => { readonly size: number; readonly marks: string };

const stripes: Weave = (random, _base, accent) => {
  const size = random.between(9, 20);
  return {
    size,
    marks: `<rect width="${text(size)}" height="${text(size * random.between(0.25, 0.45))}" fill="${accent}"/>`,
  };
};

const dots: Weave = (random, _base, accent) => {
  const size = random.between(12, 22);
  const dot = (x: number, y: number) =>
    `<circle cx="${text(size * x)}" cy="${text(size * y)}" r="${text(size * 0.14)}" fill="${accent}"/>`;
  return { size, marks: dot(0.25, 0.25) + dot(0.75, 0.75) };
};

const checks: Weave = (random, _base, accent) => {
  const size = random.between(16, 30);
  const band = text(size * 0.4);
  return {
    size,
    marks:
      `<rect width="${text(size)}" height="${band}" fill="${accent}" fill-opacity="0.45"/>` +
      `<rect width="${band}" height="${text(size)}" fill="${accent}" fill-opacity="0.45"/>`,
  };
};

const blossoms: Weave = (random, base, accent) => {
  const size = random.between(22, 34);
  const petals = [0, 72, 144, 216, 288].map((turn) => {
    const angle = (turn * Math.PI) / 180;
    return `<circle cx="${text(size / 2 + Math.cos(angle) * size * 0.13)}" cy="${text(size / 2 + Math.sin(angle) * size * 0.13)}" r="${text(size * 0.1)}" fill="${accent}"/>`;
  });
  const heart = `<circle cx="${text(size / 2)}" cy="${text(size / 2)}" r="${text(size * 0.07)}" fill="${darker(base, 0.3)}"/>`;
  return { size, marks: petals.join('') + heart };
};

const twill: Weave = (_random, base) => ({
  size: 5,
  marks: `<rect width="5" height="1.6" fill="${lighter(base, 0.18)}"/>`,
});

const WEAVES = [stripes, stripes, dots, checks, blossoms, twill] as const;

/** Cloth of a colour: about half of it plain, the rest with a pattern in a lighter or darker tone. `id` must be unique in the picture. */
export function fabric(random: Random, id: string, colour: Colour, plain = 0.5): Fabric {
  if (random.chance(plain)) return { colour, fill: colour, definition: '' };
  const bright = distance(colour, '#ffffff') < 0.45;
  const accent = mix(colour, bright ? '#30283c' : '#fffaf0', random.between(0.28, 0.5));
  const { size, marks } = random.pick(WEAVES)(random, colour, accent);
  const turn = random.pick([0, 0, 90, 45]);
  return {
    colour,
    fill: `url(#${id})`,
    definition: `<pattern id="${id}" patternUnits="userSpaceOnUse" width="${text(size)}" height="${text(size)}" patternTransform="rotate(${turn})"><rect width="${text(size)}" height="${text(size)}" fill="${colour}"/>${marks}</pattern>`,
  };
}

export const plainFabric = (colour: Colour): Fabric => ({ colour, fill: colour, definition: '' });

/** The same cloth in a tone that shows against it: for collars, lapels and trimmings. */
export function toned({ colour }: Fabric): Fabric {
  const bright = distance(colour, '#ffffff') < 0.45;
  return plainFabric(bright ? darker(colour, 0.32) : lighter(colour, 0.34));
}
