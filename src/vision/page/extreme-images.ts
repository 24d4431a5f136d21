import type { ShardSet } from '../data/shards/shards.ts';
import { spread } from '../data/shards/spread.ts';
import type { Captioned } from './pictures.tsx';

/** No more images are examined, at equal distances, however large the data set is. */
const MOST_EXAMINED = 2000;
const BATCH = 64;
const SHOWN = 8;
/** Mean brightness of 255 below which an image is very dark. */
const DARK = 40;
/** The share of the median detail below which an image has little. */
const LITTLE = 0.1;

/** Images that are unusually dark, or blurred or plain. */
interface ExtremeImages {
  readonly examined: number;
  readonly dark: readonly Captioned[];
  readonly plain: readonly Captioned[];
}

/** Looks for images that may be unusable, by the pixels in the shards. */
export async function extremeImages(shards: ShardSet): Promise<ExtremeImages> {
  const { count, height, width } = shards;
  const rows = spread(count, MOST_EXAMINED);
  const examined = rows.length;
  const size = height * width * 3;
  const pixels = new Uint8Array(BATCH * size);
  const found: { readonly file: string; readonly brightness: number; readonly detail: number }[] = [];
  for (let begin = 0; begin < examined; begin += BATCH) {
    const batch = rows.slice(begin, begin + BATCH);
    const read = await shards.readRows(batch, pixels);
    if (!read.ok) break;
    for (const [index, row] of batch.entries()) {
      const luma = lumaOf(pixels.subarray(index * size, (index + 1) * size));
      found.push({ file: shards.entry(row).file, brightness: meanOf(luma), detail: detailOf(luma, width, height) });
    }
  }
  const median = [...found].sort((a, b) => a.detail - b.detail)[Math.floor(found.length / 2)]?.detail ?? 0;
  const dark = found.filter(({ brightness }) => brightness < DARK).sort((a, b) => a.brightness - b.brightness);
  const plain = found.filter(({ detail }) => detail < LITTLE * median).sort((a, b) => a.detail - b.detail);
  return {
    examined: found.length,
    dark: dark
      .slice(0, SHOWN)
      .map(({ file, brightness }) => ({ file, lines: [`brightness ${brightness.toFixed(0)}`] })),
    plain: plain
      .slice(0, SHOWN)
      .map(({ file, detail }) => ({ file, lines: [`${((100 * detail) / median).toFixed(1)} % of the median detail`] })),
  };
}

/** Returns the brightness of each pixel by Rec. 601. `pixels`: uint8 `[height, width, 3]`. */
function lumaOf(pixels: Uint8Array): Float32Array {
  const luma = new Float32Array(pixels.length / 3);
  for (let at = 0; at < luma.length; at += 1) {
    const [red = 0, green = 0, blue = 0] = [pixels[3 * at], pixels[3 * at + 1], pixels[3 * at + 2]];
    luma[at] = 0.299 * red + 0.587 * green + 0.114 * blue;
  }
  return luma;
}

function meanOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Returns the variance of the Laplacian: how much brightness changes from pixel to pixel. */
function detailOf(luma: Float32Array, width: number, height: number): number {
  let [sum, squares, count] = [0, 0, 0];
  for (let y = 1; y < height - 1; y += 1) {
    for (let at = y * width + 1; at < (y + 1) * width - 1; at += 1) {
      const around = (luma[at - 1] ?? 0) + (luma[at + 1] ?? 0) + (luma[at - width] ?? 0) + (luma[at + width] ?? 0);
      const value = around - 4 * (luma[at] ?? 0);
      sum += value;
      squares += value * value;
      count += 1;
    }
  }
  return count === 0 ? 0 : squares / count - (sum / count) ** 2;
}
