import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineStage } from 'pipeline';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import sharp from 'sharp';
import { drawDress } from '../lib/dress.ts';

/** Draws dresses, and a table of their attributes. */
export default defineStage({
  params: {
    type: 'object',
    properties: {
      images: { description: 'The number of images.', type: 'integer', minimum: 1 },
      seed: { description: 'Random seed of the drawings.', type: 'integer', minimum: 0 },
    },
    required: ['images', 'seed'],
  },
  outputs: ['dataset'],
  async run({ params, outputs, progress }) {
    const generator = xoroshiro128plus(params.seed);
    const random = () => uniformFloat64(generator);
    const rows = ['image,length,colour,flare'];
    mkdirSync(join(outputs.dataset, 'images'), { recursive: true });
    for (let index = 0; index < params.images; index += 1) {
      const { length, colour, flare, svg } = drawDress(random);
      const image = `images/${index}.png`;
      await sharp(Buffer.from(svg)).removeAlpha().toFile(join(outputs.dataset, image));
      // Nobody has noted the colour of each fifth dress: an empty field is no label.
      rows.push(`${image},${length},${index % 5 === 0 ? '' : colour},${flare.toFixed(2)}`);
      progress({ done: index + 1, total: params.images, unit: 'images' });
    }
    writeFileSync(join(outputs.dataset, 'labels.csv'), `${rows.join('\n')}\n`);
  },
});
