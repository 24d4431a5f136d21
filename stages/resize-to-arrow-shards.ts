import { badInput, defineStage } from 'pipeline';
import { FITS } from '../src/data/decode.ts';
import { readImages } from '../src/data/images.ts';
import { resizeToShards } from '../src/data/resize-to-shards.ts';

/** Decodes every image once, at the size that the model is trained on. */
export default defineStage({
  params: {
    type: 'object',
    properties: {
      // With the largest batch of the largest images a record batch stays below the 2^31 bytes that Arrow can write.
      size: { description: 'Height and width, in pixels.', type: 'integer', minimum: 1, maximum: 2048 },
      fit: { description: '«fill» stretches, «cover» crops, «contain» pads with white.', enum: FITS, default: 'fill' },
      images_per_shard: { type: 'integer', minimum: 1, default: 1024 },
      batch: { description: 'Images in a record batch.', type: 'integer', minimum: 1, maximum: 128, default: 32 },
    },
    required: ['size'],
  },
  inputs: ['images', 'dataset'],
  outputs: ['shards'],
  async run({ params, inputs, outputs, progress, signal }) {
    const files = await readImages(inputs.images);
    if (!files.ok) return badInput(files.failure);
    const { size, fit, images_per_shard: imagesPerShard, batch } = params;
    const resized = await resizeToShards(outputs.shards, {
      root: inputs.dataset,
      files: files.value,
      size,
      fit,
      imagesPerShard,
      batch,
      signal,
      onProgress: (done) => progress({ done, total: files.value.length, unit: 'images' }),
    });
    if (!resized.ok) return badInput(resized.failure);
  },
});
