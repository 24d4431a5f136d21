import { type Colour, darker, lighter, mix } from './colour.ts';
import { hundredths, points, smooth, tenths } from './path.ts';
import type { Random } from './random.ts';
import type { View } from './scene.ts';

/** Draws one object of a room at the left or right of the image, where the figure does not hide it completely. */
export function prop(random: Random, view: View, wall: Colour): string {
  const draw = random.pick([plant, picture, window, lamp, shelf]);
  const scale = (view.height / 420) * random.between(0.8, 1.2);
  const x = view.left + view.width / 2 + random.sign() * view.width * random.between(0.34, 0.48);
  const y = view.top + view.height * random.between(0.2, 0.6);
  return `<g transform="translate(${tenths(x)} ${tenths(y)}) scale(${hundredths(scale)})">${draw(random, wall)}</g>`;
}

/** Draws an object around (0, 0), about 100 units high. */
type Prop = (random: Random, wall: Colour) => string;

const plant: Prop = (random) => {
  const leaves = [-60, -35, -12, 14, 38, 62].map((degrees) => {
    const angle = ((degrees + random.between(-6, 6)) * Math.PI) / 180;
    const [x, y] = [Math.sin(angle) * 62, 10 - Math.cos(angle) * 70];
    const outline = points(`0,20 ${x / 2 - 8},${y / 2 + 10} ${x},${y} ${x / 2 + 8},${y / 2 + 10} 0,20`);
    return `<path d="${smooth(outline)}Z" fill="${mix('#3f6b4a', '#7d9a5a', random.between(0, 1))}"/>`;
  });
  const pot = random.pick(['#6f8fb0', '#ece9e4', '#77818a']);
  return `${leaves.join('')}<path d="M-20 18H20L14 52H-14Z" fill="${pot}"/>`;
};

const picture: Prop = (random, wall) => {
  const paint = mix(wall, random.pick(['#8f3a5a', '#2f5d50', '#27375e', '#1f7a7a']), 0.45);
  return (
    `<rect x="-38" y="-48" width="76" height="96" fill="${lighter(wall, 0.6)}" stroke="${darker(wall, 0.55)}" stroke-width="4"/>` +
    `<rect x="-26" y="-36" width="52" height="72" fill="${paint}"/>` +
    `<circle cx="6" cy="-8" r="13" fill="${lighter(paint, 0.5)}"/>`
  );
};

const window: Prop = (_random, wall) => {
  const bars = lighter(wall, 0.7);
  return (
    `<rect x="-52" y="-80" width="104" height="160" fill="#dcebf2" stroke="${bars}" stroke-width="8"/>` +
    `<path d="M0 -80V80M-52 0H52" stroke="${bars}" stroke-width="6"/>`
  );
};

const lamp: Prop = () =>
  '<path d="M0 -20V160" stroke="#43464c" stroke-width="4"/>' +
  '<circle cx="0" cy="-34" r="70" fill="#fff6cf" fill-opacity="0.25"/>' +
  '<path d="M-16 -62H16L32 -16H-32Z" fill="#f6eebf"/>';

const shelf: Prop = (random, wall) => {
  const books = [-40, -27, -14, -1, 12].map((x) => {
    const height = tenths(random.between(26, 44));
    const colour = mix(random.pick(['#8f3a5a', '#4a6a97', '#6c7238', '#43464c', '#6a4a6a']), wall, 0.3);
    return `<rect x="${x}" y="-${height}" width="11" height="${height}" fill="${colour}"/>`;
  });
  return `${books.join('')}<rect x="-50" y="0" width="100" height="6" fill="${darker(wall, 0.45)}"/>`;
};
