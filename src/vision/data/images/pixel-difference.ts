/**
 * Returns by how much two images of one size differ, whatever their brightness and contrast: the mean absolute difference
 * of their luma (Rec. 601), from 0 to 255, after the brightness and contrast of the first one were matched to the second.
 *
 * @param one uint8 RGB, `[height, width, 3]`.
 */
export function pixelDifference(one: Uint8Array, other: Uint8Array): number {
  const [a, b] = [centredLuma(one), centredLuma(other)];
  const variance = a.reduce((sum, value) => sum + value * value, 0);
  const covariance = a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  const gain = variance === 0 ? 0 : covariance / variance;
  return a.reduce((sum, value, at) => sum + Math.abs(value * gain - (b[at] ?? 0)), 0) / Math.max(1, a.length);
}

/** Returns the luma of each pixel, less the mean. */
function centredLuma(pixels: Uint8Array): Float64Array {
  const luma = Float64Array.from(
    { length: pixels.length / 3 },
    (_, at) => 0.299 * (pixels[at * 3] ?? 0) + 0.587 * (pixels[at * 3 + 1] ?? 0) + 0.114 * (pixels[at * 3 + 2] ?? 0),
  );
  const mean = luma.reduce((sum, value) => sum + value, 0) / Math.max(1, luma.length);
  return luma.map((value) => value - mean);
}
