const SIZE = 64;

/** Each shape as an SVG element of radius 1 around the origin. */
export const SHAPES: Readonly<Record<string, string>> = {
  circle: '<circle r="1"/>',
  square: '<rect x="-0.85" y="-0.85" width="1.7" height="1.7"/>',
  triangle: '<path d="M 0 -1 L 0.95 0.75 L -0.95 0.75 Z"/>',
};

/**
 * Draws a shape at a random place, in a random size and colour, on a darker background that fades, as SVG.
 *
 * @param random returns numbers in [0, 1).
 */
export function drawShape(shape: string, random: () => number): string {
  const colour = (lightness: number) => `hsl(${Math.floor(360 * random())} 70% ${lightness}%)`;
  const radius = SIZE * (0.2 + 0.15 * random());
  const [x, y] = [0, 1].map(() => radius + (SIZE - 2 * radius) * random());
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${SIZE}">
    <linearGradient id="background" gradientTransform="rotate(${360 * random()} 0.5 0.5)">
      <stop stop-color="${colour(5)}"/><stop offset="1" stop-color="${colour(35)}"/>
    </linearGradient>
    <rect width="100%" height="100%" fill="url(#background)"/>
    <g transform="translate(${x} ${y}) scale(${radius})" fill="${colour(60)}">${shape}</g>
  </svg>`;
}
