import type { Size } from '../data/images/bilinear.ts';

/** For each pixel of the result along one axis: the first source pixel that it covers, and the weights of these. */
type Axis = readonly { readonly first: number; readonly weights: Float64Array }[];

/**
 * Shrinks an image with the interpolation `antialiased`, as libvips does, which decodes images elsewhere: boxes of pixels are
 * averaged, and a bilinear filter then covers all of these. Values differ from those of libvips by at most 2 of 255, since
 * it rounds between its steps.
 *
 * @param pixels uint8 RGB, `[height, width, 3]`.
 * @param to no larger than `from`.
 * @param factors the numbers of source pixels for a pixel of the result, at least 1; `to` is rounded.
 * @returns uint8 RGB, `[height, width, 3]` of the new size.
 */
export function shrink(pixels: Uint8Array, from: Size, to: Size, factors: Size): Uint8Array {
  const rowLength = from.width * 3;
  const columns = axis(from.width, to.width, factors.width);
  const result = new Uint8Array(to.width * to.height * 3);
  const row = new Float64Array(rowLength);
  for (const [y, { first, weights }] of axis(from.height, to.height, factors.height).entries()) {
    row.fill(0);
    for (const [index, weight] of weights.entries()) {
      const begin = (first + index) * rowLength;
      for (let at = 0; at < rowLength; at += 1) row[at] = (row[at] ?? 0) + weight * (pixels[begin + at] ?? 0);
    }
    for (const [x, column] of columns.entries()) {
      for (let channel = 0; channel < 3; channel += 1) {
        const value = (sum: number, weight: number, index: number) =>
          sum + weight * (row[(column.first + index) * 3 + channel] ?? 0);
        result[(y * to.width + x) * 3 + channel] = Math.round(column.weights.reduce(value, 0));
      }
    }
  }
  return result;
}

function axis(from: number, to: number, factor: number): Axis {
  const box = Math.max(1, Math.floor(factor / 2));
  const lastBox = Math.ceil(from / box) - 1;
  const width = factor / box;
  // The outermost boxes, and the outermost pixels, are repeated beyond the edges.
  const within = (place: number) => Math.min(Math.max(place, 0), lastBox);
  return Array.from({ length: to }, (_, index) => {
    const centre = (index + 0.5) * width + (from / box - to * width) / 2;
    const [begin, end] = [Math.floor(centre - width), Math.ceil(centre + width)];
    const first = within(begin) * box;
    const weights = new Float64Array(Math.min((within(end - 1) + 1) * box, from) - first);
    for (let place = begin; place < end; place += 1) {
      const weight = Math.max(0, 1 - Math.abs((place + 0.5 - centre) / width));
      for (let pixel = 0; pixel < box; pixel += 1) {
        const at = Math.min(within(place) * box + pixel, from - 1) - first;
        weights[at] = (weights[at] ?? 0) + weight;
      }
    }
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}
