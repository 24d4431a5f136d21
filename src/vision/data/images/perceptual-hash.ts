/** The number of bits per row, and of rows. */
const SIDE = 16;
/** The number of pixels along each side of a patch that are sampled for its mean. */
const SAMPLES = 8;

/**
 * Returns the difference hash (dHash) of an image: the image is reduced to 17 × 16 grey patches, and each of the 256 bits
 * says whether a patch is darker than its right neighbour. Copies that were scaled, compressed or brightened differ in few
 * bits, unrelated images in about half of them. Source: Neal Krawetz, "Kind of Like That", 2013, whose 8 × 8 bits are too
 * few here: many garments on a plain background have all 64 in common.
 *
 * @param pixels uint8 RGB, `[height, width, 3]`.
 * @returns 64 hexadecimal digits.
 */
export function differenceHash(pixels: Uint8Array, width: number, height: number): string {
  let digits = '';
  for (let row = 0; row < SIDE; row += 1) {
    const rows = within(row, SIDE, height);
    let before = brightness(pixels, width, within(0, SIDE + 1, width), rows);
    let digit = 0;
    for (let column = 1; column <= SIDE; column += 1) {
      const now = brightness(pixels, width, within(column, SIDE + 1, width), rows);
      digit = digit * 2 + (before < now ? 1 : 0);
      before = now;
      if (column % 4 !== 0) continue;
      digits += digit.toString(16);
      digit = 0;
    }
  }
  return digits;
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** Returns the pixel range of one of `parts` patches. The patches of an image with fewer pixels overlap. */
function within(part: number, parts: number, pixels: number): Range {
  const from = Math.floor((part * pixels) / parts);
  const to = Math.max(from + 1, Math.floor(((part + 1) * pixels) / parts));
  return { from, to, step: Math.max(1, Math.floor((to - from) / SAMPLES)) };
}

/** Returns the mean luma (Rec. 601) of a patch, times 1000. */
function brightness(pixels: Uint8Array, width: number, columns: Range, rows: Range): number {
  let sum = 0;
  let count = 0;
  for (let y = rows.from; y < rows.to; y += rows.step) {
    for (let x = columns.from; x < columns.to; x += columns.step) {
      const at = (y * width + x) * 3;
      sum += 299 * (pixels[at] ?? 0) + 587 * (pixels[at + 1] ?? 0) + 114 * (pixels[at + 2] ?? 0);
      count += 1;
    }
  }
  return sum / count;
}
