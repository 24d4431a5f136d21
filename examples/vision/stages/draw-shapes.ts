import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineStage } from 'pipeline';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import sharp from 'sharp';
import { drawShape, SHAPES } from '../lib/shapes.ts';

/** Draws images of shapes, with a folder for each. */
export default defineStage({
  params: {
    type: 'object',
    properties: {
      images_per_class: { description: 'The number of images of each shape.', type: 'integer', minimum: 1 },
      seed: { description: 'Random seed of the drawings.', type: 'integer', minimum: 0 },
    },
    required: ['images_per_class', 'seed'],
  },
  outputs: ['images'],
  async run({ params, outputs, progress }) {
    const generator = xoroshiro128plus(params.seed);
    const random = () => uniformFloat64(generator);
    const names = Object.entries(SHAPES);
    const total = names.length * params.images_per_class;
    for (const [number, [name, shape]] of names.entries()) {
      mkdirSync(join(outputs.images, name), { recursive: true });
      for (let index = 0; index < params.images_per_class; index += 1) {
        const svg = Buffer.from(drawShape(shape, random));
        await sharp(svg)
          .removeAlpha()
          .toFile(join(outputs.images, name, `${index}.png`));
        progress({ done: number * params.images_per_class + index + 1, total, unit: 'images' });
      }
    }
  },
});
