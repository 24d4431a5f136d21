import { type Colour, darker } from './colour.ts';
import { mirrored, points, smooth, symmetrical } from './path.ts';

export type HairStyle = 'bun' | 'short' | 'bob' | 'long';

const strand = (outline: string, colour: Colour): string =>
  `<path d="${outline}" fill="${colour}"/>` +
  `<path d="${outline}" fill="url(#round)" stroke="${darker(colour, 0.4)}" stroke-width="1.2"/>`;

const BEHIND: Readonly<Record<HairStyle, string>> = {
  bun: '0,-24 15,-20 20,-6 14,8 0,12',
  short: '0,0 28,8 38,36 36,62 28,78 0,80',
  bob: '0,-1 30,6 42,36 44,74 38,104 24,108 0,100',
  long: '0,-1 30,6 42,36 46,84 52,134 56,186 38,214 0,200',
};

/** Draws the hair behind the neck and the shoulders. */
export const hairBehind = (style: HairStyle, colour: Colour): string =>
  strand(symmetrical(points(BEHIND[style])), colour);

/** Draws the hair over the forehead, parted off-centre, and beside the cheeks if it is long enough. */
export function hairInFront(style: HairStyle, colour: Colour): string {
  const fringe = points('-33,56 -36,34 -28,8 0,-3 28,8 36,34 33,56 28,36 8,18 -10,24 -27,40 -33,56');
  const lock = points('33,50 38,70 39,94 33,96 29,74 31,50');
  const locks = style === 'bob' || style === 'long' ? [lock, mirrored(lock)] : [];
  return [...locks, fringe].map((outline) => strand(`${smooth(outline)}Z`, colour)).join('');
}
