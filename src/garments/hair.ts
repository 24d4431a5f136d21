import { type Colour, darker } from './colour.ts';
import { mirrored, type Point, smooth } from './path.ts';

export type HairStyle = 'bun' | 'short' | 'bob' | 'long';

const strand = (outline: string, colour: Colour) =>
  `<path d="${outline}" fill="${colour}"/><path d="${outline}" fill="url(#round)" stroke="${darker(colour, 0.4)}" stroke-width="1.2"/>`;

function symmetrical(right: readonly Point[]): string {
  return `${smooth(right)}${smooth(mirrored(right), 'L')}Z`;
}

/** What of the hair hangs behind the neck and shoulders. */
export function hairBehind(style: HairStyle, colour: Colour): string {
  switch (style) {
    case 'bun':
      return strand(
        symmetrical([
          [0, -24],
          [15, -20],
          [20, -6],
          [14, 8],
          [0, 12],
        ]),
        colour,
      );
    case 'short':
      return strand(
        symmetrical([
          [0, 0],
          [28, 8],
          [38, 36],
          [36, 62],
          [28, 78],
          [0, 80],
        ]),
        colour,
      );
    case 'bob':
      return strand(
        symmetrical([
          [0, -1],
          [30, 6],
          [42, 36],
          [44, 74],
          [38, 104],
          [24, 108],
          [0, 100],
        ]),
        colour,
      );
    case 'long':
      return strand(
        symmetrical([
          [0, -1],
          [30, 6],
          [42, 36],
          [46, 84],
          [52, 134],
          [56, 186],
          [38, 214],
          [0, 200],
        ]),
        colour,
      );
  }
}

/** The hairline over the forehead, parted a little off the middle. */
export function hairInFront(style: HairStyle, colour: Colour): string {
  const fringe: Point[] = [
    [-33, 56],
    [-36, 34],
    [-28, 8],
    [0, -3],
    [28, 8],
    [36, 34],
    [33, 56],
    [28, 36],
    [8, 18],
    [-10, 24],
    [-27, 40],
    [-33, 56],
  ];
  const sides: Point[] = [
    [33, 50],
    [38, 70],
    [39, 94],
    [33, 96],
    [29, 74],
    [31, 50],
  ];
  const framing =
    style === 'bob' || style === 'long'
      ? strand(`${smooth(sides)}Z`, colour) + strand(`${smooth(mirrored(sides))}Z`, colour)
      : '';
  return framing + strand(`${smooth(fringe)}Z`, colour);
}
