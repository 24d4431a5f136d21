import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineStage } from 'pipeline';
import { toPng } from '../lib/png.ts';
import { drawShape, randomNumbers, SHAPES } from '../lib/shapes.ts';

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
  run({ params, outputs, progress }) {
    const random = randomNumbers(params.seed);
    const total = SHAPES.length * params.images_per_class;
    for (const [number, shape] of SHAPES.entries()) {
      mkdirSync(join(outputs.images, shape), { recursive: true });
      for (let index = 0; index < params.images_per_class; index += 1) {
        writeFileSync(join(outputs.images, shape, `${index}.png`), toPng(drawShape(shape, random)));
        progress({ done: number * params.images_per_class + index + 1, total, unit: 'images' });
      }
    }
  },
});
