import { BODY } from './body.ts';
import { type Colour, contrasting, darker, lighter } from './colour.ts';
import { FLOORS, WALLS } from './palette.ts';
import { steps, tenths } from './path.ts';
import { prop } from './props.ts';
import type { Random } from './random.ts';
import type { View } from './scene.ts';
import { curtain, outOfFocus, panels, rectangle, slope, studio } from './walls.ts';

/** Draws everything behind the figure, in colours that stand out from `colours`. */
export function backdrop(random: Random, view: View, colours: readonly Colour[]): string {
  const area = margin(view);
  const colour = contrasting(random, WALLS, colours, 0.16);
  const wall = random.pick([studio, studio, slope, outOfFocus, curtain, panels]);
  const thing = random.chance(0.4) ? prop(random, view, colour) : '';
  const ground = random.chance(0.75) ? floor(random, area, lighter(colour, 0.35), colours) : '';
  return wall(random, area, colour) + thing + ground;
}

/** Extends the view on all sides, so that a shifted camera never sees the edge. */
const margin = ({ left, top, width, height }: View): View => ({
  left: left - width * 0.25,
  top: top - height * 0.25,
  width: width * 1.5,
  height: height * 1.5,
});

/** Draws the floor, which starts behind the feet, a skirting board and the shadow of the figure. */
function floor(random: Random, area: View, skirting: Colour, colours: readonly Colour[]): string {
  const edge = BODY.ankle - random.between(20, 90);
  const colour = contrasting(random, FLOORS, colours, 0.12);
  const ground = { ...area, top: edge, height: Math.max(0, area.top + area.height - edge) };
  const boards = steps(-8, 8, 16).map((index) => {
    const joint = `M${tenths(index * 50)} ${tenths(edge)}L${tenths(index * 110)} ${tenths(edge + 320)}`;
    return `<path d="${joint}" stroke="${darker(colour, 0.22)}" stroke-width="1.6"/>`;
  });
  return (
    rectangle(ground, colour) +
    (random.chance(0.5) ? boards.join('') : '') +
    rectangle({ ...ground, top: edge - 12, height: 12 }, skirting) +
    `<ellipse cx="0" cy="${BODY.sole}" rx="110" ry="15" fill="#0d0b14" fill-opacity="0.28"/>`
  );
}
