import { type Colour, darker, lighter } from './colour.ts';
import { hundredths, steps, tenths } from './path.ts';
import type { Random } from './random.ts';
import type { View } from './scene.ts';

/** Fills an area with a texture in tones of one colour. */
export type Wall = (random: Random, area: View, colour: Colour) => string;

export function rectangle({ left, top, width, height }: View, fill: string, opacity = 1): string {
  const place = `x="${tenths(left)}" y="${tenths(top)}" width="${tenths(width)}" height="${tenths(height)}"`;
  return `<rect ${place} fill="${fill}" fill-opacity="${opacity}"/>`;
}

const stops = (...colours: readonly Colour[]): string =>
  colours.map((colour, index) => `<stop offset="${index / (colours.length - 1)}" stop-color="${colour}"/>`).join('');

/** Draws paper with a soft spot of light. */
export const studio: Wall = (random, area, colour) => {
  const [x, y] = [hundredths(random.between(0.3, 0.7)), hundredths(random.between(0.25, 0.5))];
  const light = stops(lighter(colour, 0.35), darker(colour, 0.12));
  const pool = `<radialGradient id="pool" cx="${x}" cy="${y}" r="0.65">${light}</radialGradient>`;
  return pool + rectangle(area, 'url(#pool)');
};

/** Draws a gradient between a lighter and a darker tone. */
export const slope: Wall = (random, area, colour) => {
  const light = lighter(colour, 0.3);
  const dark = darker(colour, 0.12);
  const falling = random.chance(0.5) ? stops(light, dark) : stops(dark, light);
  const slant = hundredths(random.between(0, 0.7));
  const gradient = `<linearGradient id="slope" x1="0" y1="0" x2="${slant}" y2="1">${falling}</linearGradient>`;
  return gradient + rectangle(area, 'url(#slope)');
};

/** Draws a garden or a street out of focus. */
export const outOfFocus: Wall = (random, area, colour) => {
  const spots = Array.from({ length: 11 }, () => {
    const bright = random.chance(0.5);
    const tone = bright ? lighter(colour, random.between(0.25, 0.5)) : darker(colour, random.between(0.08, 0.2));
    const x = tenths(area.left + random.between(0, area.width));
    const y = tenths(area.top + random.between(0, area.height));
    const radius = tenths(area.width * random.between(0.04, 0.13));
    return `<circle cx="${x}" cy="${y}" r="${radius}" fill="${tone}" fill-opacity="${hundredths(random.between(0.2, 0.45))}"/>`;
  });
  return slope(random, area, colour) + spots.join('');
};

/** Draws soft vertical folds. */
export const curtain: Wall = (random, area, colour) => {
  const count = random.integer(9, 16);
  const width = area.width / count;
  const fold = stops(darker(colour, 0.14), lighter(colour, 0.22), darker(colour, 0.14));
  const folds = steps(0, count - 1, count - 1).map((index) =>
    // The folds overlap by one unit, because otherwise the gaps between them would be visible.
    rectangle({ ...area, left: area.left + index * width, width: width + 1 }, 'url(#fold)'),
  );
  return `<linearGradient id="fold">${fold}</linearGradient>${folds.join('')}`;
};

/** Draws tiles or panels with thin lines between them. */
export const panels: Wall = (random, area, colour) => {
  const width = random.between(60, 130);
  const [right, bottom] = [tenths(width), tenths(width * random.between(0.5, 1.6))];
  const lines = `<path d="M0 0H${right}M0 0V${bottom}" stroke="${darker(colour, 0.2)}" stroke-width="3"/>`;
  const grid = `<pattern id="grid" patternUnits="userSpaceOnUse" width="${right}" height="${bottom}">${lines}</pattern>`;
  return grid + studio(random, area, colour) + rectangle(area, 'url(#grid)', 0.6);
};
