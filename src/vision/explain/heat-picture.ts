import sharp from 'sharp';

/** How much of a pixel the colour replaces where a map is 1. */
const STRENGTH = 0.65;

/**
 * Lays a map over an image: from nothing through yellow to red.
 *
 * @param pixels uint8 `[height, width, 3]`.
 * @param map float32 `[height, width]`, from 0 to 1.
 * @returns a WebP file.
 */
export function heatPicture(
  pixels: Uint8Array,
  map: Float32Array | undefined,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<Buffer> {
  const shown = Uint8Array.from(pixels);
  for (const [at, heat] of map?.entries() ?? []) {
    const colour = [255, 235 * (1 - heat), 30];
    const share = STRENGTH * heat;
    for (const [channel, value] of colour.entries()) {
      const index = 3 * at + channel;
      shown[index] = Math.round((1 - share) * (pixels[index] ?? 0) + share * value);
    }
  }
  return sharp(shown, { raw: { width, height, channels: 3 } })
    .webp({ quality: 80 })
    .toBuffer();
}
