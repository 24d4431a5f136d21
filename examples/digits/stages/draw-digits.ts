import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { badInput, defineStage } from 'pipeline';
import sharp from 'sharp';

/** Pixels in a row and in a column. */
const SIZE = 8;
/** The value of a white pixel. */
const WHITE = 16;

/** Draws each line of the table, 64 pixels and the digit, as an image in the folder of its digit. */
export default defineStage({
  inputs: ['table'],
  outputs: ['images'],
  async run({ inputs, outputs, progress }) {
    const lines = gunzipSync(readFileSync(inputs.table)).toString().trimEnd().split('\n');
    for (const [index, line] of lines.entries()) {
      const values = line.split(',').map(Number);
      const digit = values.at(-1);
      if (values.length !== SIZE * SIZE + 1 || values.some((value) => !(value >= 0 && value <= WHITE))) {
        const at = { file: inputs.table, line: index + 1 };
        return badInput([{ message: `expected ${SIZE * SIZE} pixels from 0 to ${WHITE} and a digit`, at }]);
      }
      const folder = join(outputs.images, String(digit));
      mkdirSync(folder, { recursive: true });
      const pixels = Uint8Array.from(values.slice(0, -1), (value) => (value / WHITE) * 255);
      await sharp(pixels, { raw: { width: SIZE, height: SIZE, channels: 1 } })
        .png()
        .toFile(join(folder, `${index}.png`));
      progress({ done: index + 1, total: lines.length, unit: 'images' });
    }
  },
});
