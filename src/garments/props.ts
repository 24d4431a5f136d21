import { type Colour, darker, lighter, mix } from './colour.ts';
import { type Point, smooth, straight, tenths } from './path.ts';
import type { Random } from './random.ts';
import type { View } from './scene.ts';

type Prop = (random: Random, wall: Colour) => string;

const leaf = (from: Point, to: Point, width: number, colour: Colour): string => {
  const middle: Point = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  const outline = `${smooth([from, [middle[0] - width, middle[1]], to])}${smooth([to, [middle[0] + width, middle[1]], from], 'L')}Z`;
  return `<path d="${outline}" fill="${colour}"/>`;
};

/** Each prop is drawn around (0, 0), about a hundred units high. */
const plant: Prop = (random) => {
  const leaves = [-60, -35, -12, 14, 38, 62].map((turn) => {
    const angle = ((turn + random.between(-6, 6)) * Math.PI) / 180;
    const tip: Point = [Math.sin(angle) * 62, 10 - Math.cos(angle) * 70];
    return leaf([0, 20], tip, 8, mix('#3f6b4a', '#7d9a5a', random.between(0, 1)));
  });
  const pot = straight([
    [-20, 18],
    [20, 18],
    [14, 52],
    [-14, 52],
  ]);
  return `${leaves.join('')}<path d="${pot}Z" fill="${random.pick(['#c98d6b', '#ece6da', '#77818a'])}"/>`;
};

const frame: Prop = (random, wall) => {
  const picture = mix(wall, random.pick(['#c4573a', '#2f5d50', '#27375e', '#d9a02b']), 0.45);
  return (
    `<rect x="-38" y="-48" width="76" height="96" fill="${lighter(wall, 0.6)}" stroke="${darker(wall, 0.55)}" stroke-width="4"/>` +
    `<rect x="-26" y="-36" width="52" height="72" fill="${picture}"/><circle cx="6" cy="-8" r="13" fill="${lighter(picture, 0.5)}"/>`
  );
};

const window: Prop = (_random, wall) =>
  `<rect x="-52" y="-80" width="104" height="160" fill="#dcebf2" stroke="${lighter(wall, 0.7)}" stroke-width="8"/>` +
  `<path d="M0 -80V80M-52 0H52" stroke="${lighter(wall, 0.7)}" stroke-width="6"/>`;

const lamp: Prop = () =>
  '<path d="M0 -20V160" stroke="#4b4038" stroke-width="4"/><circle cx="0" cy="-34" r="70" fill="#fff3c4" fill-opacity="0.25"/>' +
  '<path d="M-16 -62H16L32 -16H-32Z" fill="#f3dfa6"/>';

const shelf: Prop = (random, wall) => {
  const books = [0, 1, 2, 3, 4].map((index) => {
    const height = random.between(26, 44);
    const colour = mix(random.pick(['#a65b4b', '#4a6a97', '#6c7238', '#d9b96a', '#6a4a6a']), wall, 0.3);
    return `<rect x="${-40 + index * 13}" y="${tenths(-height)}" width="11" height="${tenths(height)}" fill="${colour}"/>`;
  });
  return `${books.join('')}<rect x="-50" y="0" width="100" height="6" fill="${darker(wall, 0.45)}"/>`;
};

/** One thing in the room, at the picture's left or right, where it doesn't hide behind the figure altogether. */
export function prop(random: Random, view: View, wall: Colour, side: -1 | 1): string {
  const draw = random.pick<Prop>([plant, frame, window, lamp, shelf]);
  const scale = (view.height / 420) * random.between(0.8, 1.2);
  const x = view.left + view.width / 2 + side * view.width * random.between(0.34, 0.48);
  const y = view.top + view.height * random.between(0.2, 0.6);
  return `<g transform="translate(${tenths(x)} ${tenths(y)}) scale(${scale.toFixed(2)})">${draw(random, wall)}</g>`;
}
