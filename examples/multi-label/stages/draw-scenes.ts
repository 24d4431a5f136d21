import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineStage } from 'pipeline';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import sharp from 'sharp';
import { drawScene, THINGS } from '../lib/scene.ts';

/** Draws landscapes, and a table of what each shows. */
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
    const rows = ['image,things'];
    mkdirSync(join(outputs.dataset, 'images'), { recursive: true });
    for (let index = 0; index < params.images; index += 1) {
      const names = Object.keys(THINGS).filter(() => random() < 0.4);
      const image = `images/${index}.png`;
      const svg = Buffer.from(drawScene(names, random));
      await sharp(svg).removeAlpha().toFile(join(outputs.dataset, image));
      rows.push(`${image},${names.length === 0 ? 'none' : names.join('|')}`);
      progress({ done: index + 1, total: params.images, unit: 'images' });
    }
    writeFileSync(join(outputs.dataset, 'labels.csv'), `${rows.join('\n')}\n`);
  },
});
