/** Size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** For each pixel of the result along one axis: its two source pixels, and the weight of the second one, from 0 to 1. */
interface Axis {
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  readonly weight: Float64Array;
}

/**
 * Resizes an image by bilinear interpolation between the four nearest pixels. Pixels are areas, so that the centre of the
 * first one is at 0.5 ("half-pixel centres"), as in Pillow, `tf.image.resize` and OpenCV; at the edges the outermost pixels
 * are repeated.
 *
 * @param pixels uint8 RGB, `[height, width, 3]`.
 * @returns uint8 RGB, `[height, width, 3]` of the new size.
 */
export function resizeBilinear(pixels: Uint8Array, from: Size, to: Size): Uint8Array {
  const [columns, rows] = [axis(from.width, to.width), axis(from.height, to.height)];
  const result = new Uint8Array(to.width * to.height * 3);
  let at = 0;
  for (let y = 0; y < to.height; y += 1) {
    const upper = (rows.first[y] ?? 0) * from.width;
    const lower = (rows.second[y] ?? 0) * from.width;
    const down = rows.weight[y] ?? 0;
    for (let x = 0; x < to.width; x += 1) {
      const [left, right, across] = [columns.first[x] ?? 0, columns.second[x] ?? 0, columns.weight[x] ?? 0];
      for (let channel = 0; channel < 3; channel += 1) {
        const value = (row: number, column: number) => pixels[(row + column) * 3 + channel] ?? 0;
        const above = value(upper, left) * (1 - across) + value(upper, right) * across;
        const below = value(lower, left) * (1 - across) + value(lower, right) * across;
        result[at] = Math.round(above * (1 - down) + below * down);
        at += 1;
      }
    }
  }
  return result;
}

function axis(from: number, to: number): Axis {
  const result = { first: new Uint32Array(to), second: new Uint32Array(to), weight: new Float64Array(to) };
  for (let index = 0; index < to; index += 1) {
    const place = Math.min(Math.max(((index + 0.5) * from) / to - 0.5, 0), from - 1);
    const first = Math.floor(place);
    result.first[index] = first;
    result.second[index] = Math.min(first + 1, from - 1);
    result.weight[index] = place - first;
  }
  return result;
}
