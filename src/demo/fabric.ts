import { type Colour, darker, distance, lighter, mix } from './colour.ts';
import { tenths } from './path.ts';
import type { Random } from './random.ts';

/** The material of a garment. `definition` must precede any use of `fill` in the SVG. */
export interface Fabric {
  readonly colour: Colour;
  readonly fill: string;
  readonly definition: string;
}

/** One tile of a pattern: its marks, and its size in units of the figure's plane. */
type Weave = (random: Random, base: Colour, accent: Colour) => { readonly size: number; readonly marks: string };

const stripes: Weave = (random, _base, accent) => {
  const size = random.between(9, 20);
  const width = tenths(size * random.between(0.25, 0.45));
  return { size, marks: `<rect width="${tenths(size)}" height="${width}" fill="${accent}"/>` };
};

const dots: Weave = (random, _base, accent) => {
  const size = random.between(12, 22);
  const dot = (at: number) =>
    `<circle cx="${tenths(size * at)}" cy="${tenths(size * at)}" r="${tenths(size * 0.14)}" fill="${accent}"/>`;
  return { size, marks: dot(0.25) + dot(0.75) };
};

const checks: Weave = (random, _base, accent) => {
  const size = random.between(16, 30);
  const band = (width: number, height: number) =>
    `<rect width="${tenths(width)}" height="${tenths(height)}" fill="${accent}" fill-opacity="0.45"/>`;
  return { size, marks: band(size, size * 0.4) + band(size * 0.4, size) };
};

const blossoms: Weave = (random, base, accent) => {
  const size = random.between(22, 34);
  const circle = (x: number, y: number, radius: number, fill: Colour) =>
    `<circle cx="${tenths(x)}" cy="${tenths(y)}" r="${tenths(radius)}" fill="${fill}"/>`;
  const petals = [0, 72, 144, 216, 288].map((degrees) => {
    const angle = (degrees * Math.PI) / 180;
    const [x, y] = [size * (0.5 + Math.cos(angle) * 0.13), size * (0.5 + Math.sin(angle) * 0.13)];
    return circle(x, y, size * 0.1, accent);
  });
  return { size, marks: petals.join('') + circle(size / 2, size / 2, size * 0.07, darker(base, 0.3)) };
};

const twill: Weave = (_random, base) => ({
  size: 5,
  marks: `<rect width="5" height="1.6" fill="${lighter(base, 0.18)}"/>`,
});

const isBright = (colour: Colour) => distance(colour, '#ffffff') < 0.45;

/** Returns cloth of a colour, plain with the probability `plain`. `id` must be unique in the image. */
export function fabric(random: Random, id: string, colour: Colour, plain: number): Fabric {
  if (random.chance(plain)) return { colour, fill: colour, definition: '' };
  const accent = mix(colour, isBright(colour) ? '#30283c' : '#fffaf0', random.between(0.28, 0.5));
  const { size, marks } = random.pick([stripes, stripes, dots, checks, blossoms, twill])(random, colour, accent);
  const square = `width="${tenths(size)}" height="${tenths(size)}"`;
  const turned = `patternTransform="rotate(${random.pick([0, 0, 90, 45])})"`;
  return {
    colour,
    fill: `url(#${id})`,
    definition:
      `<pattern id="${id}" patternUnits="userSpaceOnUse" ${square} ${turned}>` +
      `<rect ${square} fill="${colour}"/>${marks}</pattern>`,
  };
}

/** Returns plain cloth in a tone that contrasts with the given one, for collars, lapels and cuffs. */
export function toned({ colour }: Fabric): Fabric {
  const tone = isBright(colour) ? mix(colour, '#1f2d55', 0.42) : lighter(colour, 0.36);
  return { colour: tone, fill: tone, definition: '' };
}
