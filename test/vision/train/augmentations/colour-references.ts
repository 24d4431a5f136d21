import { at, everywhere, SIZE } from './apply.ts';

/** Formulas of torchvision and Pillow on numbers, one image after the other. */

const clip = (value: number) => Math.min(255, Math.max(0, value));

/** Changes each value of the images. */
export type Change = (images: Float32Array, image: number, y: number, x: number, channel: number) => number;

export function changed(images: Float32Array, count: number, change: Change): Float32Array {
  return everywhere(count, (...place) => clip(change(images, ...place)));
}

const luma = (images: Float32Array, image: number, y: number, x: number) =>
  0.299 * at(images, image, y, x, 0) + 0.587 * at(images, image, y, x, 1) + 0.114 * at(images, image, y, x, 2);

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const rows = Array.from({ length: SIZE.height }, (_, y) => y);
const columns = Array.from({ length: SIZE.width }, (_, x) => x);
const everyPixel = rows.flatMap((y) => columns.map((x) => [y, x] as const));

function blended(
  images: Float32Array,
  degenerate: (image: number) => Change,
  factorOf: (image: number) => number,
): Change {
  const changes = new Map<number, Change>();
  return (_, image, y, x, channel) => {
    const change = changes.get(image) ?? degenerate(image);
    changes.set(image, change);
    const low = change(images, image, y, x, channel);
    return low + factorOf(image) * (at(images, image, y, x, channel) - low);
  };
}

export const brightness = (images: Float32Array, factor: (image: number) => number) =>
  blended(images, () => () => 0, factor);

export const saturation = (images: Float32Array, factor: (image: number) => number) =>
  blended(images, () => luma, factor);

export const contrast = (images: Float32Array, factor: (image: number) => number) =>
  blended(images, (image) => constant(mean(everyPixel.map(([y, x]) => luma(images, image, y, x)))), factor);

const constant =
  (value: number): Change =>
  () =>
    value;

/** Pillow's `SMOOTH`, which leaves the outermost pixels as they are. */
export const sharpness = (images: Float32Array, factor: (image: number) => number) =>
  blended(
    images,
    () => (_, image, y, x, channel) => {
      if (y === 0 || x === 0 || y === SIZE.height - 1 || x === SIZE.width - 1) return at(images, image, y, x, channel);
      const around = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => at(images, image, y + dy, x + dx, channel)));
      return (around.reduce((sum, value) => sum + value, 0) + 4 * at(images, image, y, x, channel)) / 13;
    },
    factor,
  );

/** Turns the hue of a colour, by the definition of the colour space HSV. */
export const hue =
  (images: Float32Array, share: (image: number) => number): Change =>
  (_, image, y, x, channel) => {
    const [r, g, b] = [0, 1, 2].map((each) => at(images, image, y, x, each)) as [number, number, number];
    const value = Math.max(r, g, b);
    const chroma = value - Math.min(r, g, b);
    if (chroma === 0) return value;
    const sector = value === r ? (g - b) / chroma : value === g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma;
    const turned = (((sector / 6 + share(image)) % 1) + 1) % 1;
    const k = ([5, 3, 1][channel] ?? 0) + 6 * turned;
    return value - chroma * Math.max(0, Math.min(k % 6, 4 - (k % 6), 1));
  };

/** Stretches each channel of each image to 0…255. */
export const autocontrast = (images: Float32Array): Change => {
  return (_, image, y, x, channel) => {
    const values = everyPixel.map(([row, column]) => at(images, image, row, column, channel));
    const [least, greatest] = [Math.min(...values), Math.max(...values)];
    return ((at(images, image, y, x, channel) - least) * 255) / (greatest - least);
  };
};
