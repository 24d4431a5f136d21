/** Height and width of a scene in pixels, and where the ground begins. */
const [SIZE, HORIZON] = [64, 38];

interface Thing {
  /** From the highest to the lowest place of its origin, in pixels from above. */
  readonly heights: readonly [number, number];
  /** From the smallest to the largest size, in pixels. */
  readonly sizes: readonly [number, number];
  /** Its parts, as SVG around the origin, for a thing of size 1; for a hue in degrees. */
  readonly draw: (hue: number) => string;
}

/** What a scene may show. */
export const THINGS: Readonly<Record<string, Thing>> = {
  bird: {
    heights: [8, 28],
    sizes: [3, 5],
    draw: () => '<path d="M -1 -0.6 Q -0.4 -0.8 0 0 Q 0.4 -0.8 1 -0.6" fill="none" stroke="#222" stroke-width="0.35"/>',
  },
  cloud: {
    heights: [8, 22],
    sizes: [7, 11],
    draw: () =>
      '<g fill="#f4f4f4"><ellipse rx="1" ry="0.45"/><circle cx="-0.3" cy="-0.3" r="0.4"/><circle cx="0.3" cy="-0.25" r="0.35"/></g>',
  },
  house: {
    heights: [44, 54],
    sizes: [7, 11],
    draw: (hue) =>
      `<rect x="-1" y="-0.7" width="2" height="1.4" fill="hsl(${hue} 30% 70%)"/>
      <path d="M -1.2 -0.7 L 0 -1.5 L 1.2 -0.7 Z" fill="hsl(${hue} 50% 35%)"/>
      <rect x="-0.2" y="0" width="0.4" height="0.7" fill="#333"/>`,
  },
  person: {
    heights: [46, 56],
    sizes: [5, 8],
    draw: (hue) =>
      `<circle cy="-1.2" r="0.35" fill="#c98"/><rect x="-0.35" y="-0.85" width="0.7" height="1" fill="hsl(${hue} 70% 45%)"/>
      <path d="M -0.2 0.1 V 1 M 0.2 0.1 V 1" stroke="#223" stroke-width="0.28"/>`,
  },
  sun: {
    heights: [8, 22],
    sizes: [4, 7],
    draw: (hue) => `<circle r="1" fill="hsl(${30 + hue / 12} 95% 60%)"/>`,
  },
  tree: {
    heights: [40, 52],
    sizes: [6, 10],
    draw: (hue) =>
      `<rect x="-0.15" y="0" width="0.3" height="1" fill="#5b3a1e"/>
      <path d="M 0 -1.4 L 0.8 0.3 L -0.8 0.3 Z" fill="hsl(${90 + hue / 6} 45% 28%)"/>`,
  },
};

/**
 * Draws a landscape with some things at random places, as SVG. A thing may hide parts of another one.
 *
 * @param names keys of `THINGS`.
 * @param random returns numbers in [0, 1).
 */
export function drawScene(names: readonly string[], random: () => number): string {
  const between = ([from, to]: readonly [number, number]) => from + (to - from) * random();
  const things = names.map((name) => {
    const { heights, sizes, draw } = THINGS[name] ?? { heights: [0, 0], sizes: [0, 0], draw: () => '' };
    const place = `translate(${between([8, SIZE - 8])} ${between(heights)}) scale(${between(sizes)})`;
    return `<g transform="${place}">${draw(360 * random())}</g>`;
  });
  const [sky, ground] = [between([180, 260]), between([50, 130])];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${SIZE}">
    <rect width="${SIZE}" height="${SIZE}" fill="hsl(${sky} 45% ${between([45, 80])}%)"/>
    <rect y="${HORIZON}" width="${SIZE}" height="${SIZE}" fill="hsl(${ground} 35% ${between([35, 60])}%)"/>
    ${things.join('\n    ')}
  </svg>`;
}
