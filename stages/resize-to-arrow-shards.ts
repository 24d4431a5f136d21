import { badInput, defineStage } from 'pipeline';
import { FITS } from '../src/vision/data/images/decode.ts';
import { ON_BAD_IMAGE } from '../src/vision/data/images/load-image.ts';
import { describeResizing, resizeToShards } from '../src/vision/data/shards/resize-to-shards.ts';
import { ENCODINGS } from '../src/vision/data/shards/shard-index.ts';
import { readImages } from '../src/vision/data/tables/images.ts';

/** Decodes every image once, at the size that the model is trained on. */
export default defineStage({
  params: {
    type: 'object',
    properties: {
      // With the largest batch of the largest images a record batch stays below the 2^31 bytes that Arrow can write.
      size: { description: 'Height and width, in pixels.', type: 'integer', minimum: 1, maximum: 2048 },
      fit: { description: '«fill» stretches, «cover» crops, «contain» pads with white.', enum: FITS, default: 'fill' },
      on_bad_image: {
        description:
          '«quarantine» puts images that cannot be decoded aside, with their reasons; «fail» ends the stage.',
        enum: ON_BAD_IMAGE,
        default: 'fail',
      },
      encoding: {
        description: '«jpeg» takes about a tenth of the room of «raw», and loses a little at each image.',
        enum: ENCODINGS,
        default: 'raw',
      },
      quality: { description: 'Of encoding «jpeg».', type: 'integer', minimum: 1, maximum: 100, default: 95 },
      images_per_shard: {
        description: 'The most; a shard that would have more is divided into two.',
        type: 'integer',
        minimum: 1,
        default: 2048,
      },
      batch: { description: 'Images in a record batch.', type: 'integer', minimum: 1, maximum: 128, default: 32 },
    },
    required: ['size'],
  },
  inputs: ['images', 'dataset'],
  outputs: ['shards'],
  reuses: true,
  async run({ params, inputs, outputs, work, previous, log, metrics, progress, signal }) {
    const files = await readImages(inputs.images);
    if (!files.ok) return badInput(files.failure);
    const { size, fit, encoding, quality, images_per_shard: imagesPerShard, batch, on_bad_image: onBadImage } = params;
    const resized = await resizeToShards(outputs.shards, {
      root: inputs.dataset,
      files: files.value,
      size,
      fit,
      encoding: encoding === 'raw' ? { kind: encoding } : { kind: encoding, quality },
      imagesPerShard,
      batch,
      onBadImage,
      work,
      previous: previous && { shards: previous.outputs.shards, digests: previous.digests('dataset') },
      signal,
      onProgress: (done) => progress({ done, total: files.value.length, unit: 'images' }),
    });
    if (!resized.ok) return badInput(resized.failure);
    for (const line of describeResizing(resized.value)) log(line);
    if (onBadImage === 'quarantine') metrics({ quarantined: resized.value.quarantined.length });
  },
});
