import type { NonEmpty, Random } from './random.ts';

/** An sRGB colour, `#rrggbb`. */
export type Colour = `#${string}`;

type Channels = readonly [red: number, green: number, blue: number];

function channels(colour: Colour): Channels {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Mixes two colours linearly in sRGB: `from` at share 0, `to` at share 1. */
export function mix(from: Colour, to: Colour, share: number): Colour {
  const target = channels(to);
  const mixed = channels(from).map((value, channel) => Math.round(value + ((target[channel] ?? 0) - value) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

export const darker = (colour: Colour, share: number): Colour => mix(colour, '#0d0b14', share);
export const lighter = (colour: Colour, share: number): Colour => mix(colour, '#ffffff', share);

/** Converts an sRGB component to linear light. */
function linear(value: number): number {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/** Converts to Oklab, a perceptually uniform colour space. Source: Björn Ottosson, "A perceptual color space", 2020. */
function oklab(colour: Colour): Channels {
  const [sred, sgreen, sblue] = channels(colour);
  const [red, green, blue] = [linear(sred), linear(sgreen), linear(sblue)];
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const medium = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short,
    1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short,
    0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short,
  ];
}

/** Returns the distance of two colours in Oklab: 0 for equal ones, 1 between black and white. */
export function distance(one: Colour, other: Colour): number {
  const [lightness, a, b] = oklab(one);
  const [otherLightness, otherA, otherB] = oklab(other);
  return Math.hypot(lightness - otherLightness, a - otherA, b - otherB);
}

/** Picks a colour with at least the distance `apart` from all others, or the most distant one if there is none. */
export function contrasting(
  random: Random,
  palette: NonEmpty<Colour>,
  others: readonly Colour[],
  apart: number,
): Colour {
  const nearest = (colour: Colour) => Math.min(...others.map((other) => distance(colour, other)));
  const [first, ...rest] = palette.filter((colour) => nearest(colour) >= apart);
  if (first !== undefined) return random.pick([first, ...rest]);
  return palette.reduce((best, colour) => (nearest(colour) > nearest(best) ? colour : best), palette[0]);
}
