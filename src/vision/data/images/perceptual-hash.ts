/** Bits in a row, and rows. */
const SIDE = 16;
/** So many pixels across a patch, of all that it has, tell its mean well enough. */
const SAMPLES = 8;

/**
 * The difference hash of an image: 256 bits that say of a picture of 17 × 16 grey patches where it becomes brighter from
 * left to right. Copies that were scaled, compressed or lightened differ in few bits, other images in about half of them.
 * (Neal Krawetz, «Kind of like that», 2013, with more patches: of his 64 bits many clothes on a plain ground share all.)
 *
 * @param pixels RGB, `[height, width, 3]`.
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

/** The pixels of one of `parts` patches; of an image that has fewer pixels they overlap. */
function within(part: number, parts: number, pixels: number): Range {
  const from = Math.floor((part * pixels) / parts);
  const to = Math.max(from + 1, Math.floor(((part + 1) * pixels) / parts));
  return { from, to, step: Math.max(1, Math.floor((to - from) / SAMPLES)) };
}

/** The mean luma of a patch. */
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
