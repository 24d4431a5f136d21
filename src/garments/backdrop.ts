import { BODY } from './body.ts';
import { type Colour, contrasting, darker, lighter } from './colour.ts';
import { FLOORS, WALLS } from './palette.ts';
import { steps, tenths } from './path.ts';
import { prop } from './props.ts';
import type { Random } from './random.ts';
import type { View } from './scene.ts';

/** Wider than the view on all sides, so that a turned or shifted camera never sees the edge. */
const margin = ({ left, top, width, height }: View): View => ({
  left: left - width * 0.25,
  top: top - height * 0.25,
  width: width * 1.5,
  height: height * 1.5,
});

const rectangle = ({ left, top, width, height }: View, fill: string, more = '') =>
  `<rect x="${tenths(left)}" y="${tenths(top)}" width="${tenths(width)}" height="${tenths(height)}" fill="${fill}"${more}/>`;

/** Paper behind the figure, with a soft pool of light. */
function studio(random: Random, area: View, wall: Colour): string {
  const glow = `<radialGradient id="glow" cx="${random.between(0.3, 0.7).toFixed(2)}" cy="${random.between(0.25, 0.5).toFixed(2)}" r="0.65"><stop offset="0" stop-color="${lighter(wall, 0.35)}"/><stop offset="1" stop-color="${darker(wall, 0.12)}"/></radialGradient>`;
  return glow + rectangle(area, 'url(#glow)');
}

function gradient(random: Random, area: View, wall: Colour): string {
  const [from, to] = random.chance(0.5)
    ? [lighter(wall, 0.3), darker(wall, 0.12)]
    : [darker(wall, 0.12), lighter(wall, 0.3)];
  const slope = `<linearGradient id="slope" x1="0" y1="0" x2="${random.between(0, 0.7).toFixed(2)}" y2="1"><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>`;
  return slope + rectangle(area, 'url(#slope)');
}

/** A street at night or a garden, out of focus. */
function outOfFocus(random: Random, area: View, wall: Colour): string {
  const spots = steps(1, random.whole(8, 16), 10).map(() => {
    const colour = random.chance(0.5)
      ? lighter(wall, random.between(0.25, 0.5))
      : darker(wall, random.between(0.08, 0.2));
    const x = area.left + random.between(0, area.width);
    const y = area.top + random.between(0, area.height);
    return `<circle cx="${tenths(x)}" cy="${tenths(y)}" r="${tenths(area.width * random.between(0.04, 0.13))}" fill="${colour}" fill-opacity="${random.between(0.2, 0.45).toFixed(2)}"/>`;
  });
  return gradient(random, area, wall) + spots.join('');
}

/** A curtain: soft upright folds. */
function curtain(random: Random, area: View, wall: Colour): string {
  const count = random.whole(9, 16);
  const width = area.width / count;
  const folds = `<linearGradient id="drape"><stop offset="0" stop-color="${darker(wall, 0.14)}"/><stop offset="0.5" stop-color="${lighter(wall, 0.22)}"/><stop offset="1" stop-color="${darker(wall, 0.14)}"/></linearGradient>`;
  return (
    folds +
    steps(0, count - 1, count - 1)
      .map((index) => rectangle({ ...area, left: area.left + index * width, width: width + 1 }, 'url(#drape)'))
      .join('')
  );
}

/** Tiles or panels: thin lines over a plain wall. */
function panels(random: Random, area: View, wall: Colour): string {
  const width = random.between(60, 130);
  const height = width * random.between(0.5, 1.6);
  const grid = `<pattern id="grid" patternUnits="userSpaceOnUse" width="${tenths(width)}" height="${tenths(height)}"><path d="M0 0H${tenths(width)}M0 0V${tenths(height)}" stroke="${darker(wall, 0.2)}" stroke-width="3"/></pattern>`;
  return grid + studio(random, area, wall) + rectangle(area, 'url(#grid)', ' fill-opacity="0.6"');
}

/** The floor from somewhere behind the feet, a skirting board and the figure's shadow. */
function floor(random: Random, area: View, wall: Colour, colours: readonly Colour[]): string {
  const edge = BODY.ankle - random.between(20, 90);
  const colour = contrasting(random, FLOORS, colours, 0.12);
  const ground = { ...area, top: edge, height: Math.max(0, area.top + area.height - edge) };
  const boards = steps(-8, 8, 16).map(
    (index) =>
      `<path d="M${tenths(index * 50)} ${tenths(edge)}L${tenths(index * 110)} ${tenths(edge + 320)}" stroke="${darker(colour, 0.22)}" stroke-width="1.6"/>`,
  );
  return (
    rectangle(ground, colour) +
    (random.chance(0.5) ? boards.join('') : '') +
    rectangle({ ...ground, top: edge - 12, height: 12 }, lighter(wall, 0.35)) +
    `<ellipse cx="0" cy="${BODY.sole}" rx="110" ry="15" fill="#0d0b14" fill-opacity="0.28"/>`
  );
}

/** Everything behind the figure, wherever the camera looks. */
export function backdrop(random: Random, view: View, colours: readonly Colour[]): string {
  const area = margin(view);
  const wall = contrasting(random, WALLS, colours, 0.16);
  const kind = random.pick([studio, studio, gradient, outOfFocus, curtain, panels]);
  const things = random.chance(0.4) ? prop(random, view, wall, random.sign()) : '';
  const ground = random.chance(0.75) ? floor(random, area, wall, colours) : '';
  return kind(random, area, wall) + things + ground;
}
