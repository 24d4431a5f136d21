import type { Picture } from './png.ts';

export const SHAPES = ['circle', 'square', 'triangle'] as const;

export type Shape = (typeof SHAPES)[number];

const SIZE = 64;

/** Returns a function that draws numbers in [0, 1), the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws a shape at a random place, in a random size and colour, on a background of another colour. */
export function drawShape(shape: Shape, random: () => number): Picture {
  const colour = () => [0, 1, 2].map(() => 80 + 175 * random());
  const background = colour().map((value) => value / 2.5);
  const foreground = colour();
  const radius = SIZE * (0.2 + 0.15 * random());
  const [centerX, centerY] = [0, 1].map(() => radius + (SIZE - 2 * radius) * random()) as [number, number];
  const pixels = new Uint8Array(SIZE * SIZE * 3);
  for (let y = 0; y < SIZE; y += 1) {
    for (let x = 0; x < SIZE; x += 1) {
      const isInside = contains(shape, (x - centerX) / radius, (y - centerY) / radius);
      const noise = 12 * (random() - 0.5);
      pixels.set(
        (isInside ? foreground : background).map((value) => Math.min(255, Math.max(0, value + noise))),
        (y * SIZE + x) * 3,
      );
    }
  }
  return { size: SIZE, pixels };
}

/** Returns whether a shape of radius 1 around the origin has this point. */
function contains(shape: Shape, x: number, y: number): boolean {
  switch (shape) {
    case 'circle':
      return x * x + y * y <= 1;
    case 'square':
      return Math.abs(x) <= 0.85 && Math.abs(y) <= 0.85;
    case 'triangle':
      return y <= 0.8 && y >= 2 * Math.abs(x) - 0.9;
  }
}
