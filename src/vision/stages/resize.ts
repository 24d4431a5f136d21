import { badInput, defineStage } from '../../index.ts';
import { replacedParam } from '../../shared/replaced-param.ts';
import { encodingParam, pixelEncoding } from '../data/images/encode-pixels.ts';
import { ON_BAD_IMAGE } from '../data/images/load-image.ts';
import { FITS, INTERPOLATIONS } from '../data/images/resizing.ts';
import { describeResizing, resizeToShards } from '../data/shards/resize-to-shards.ts';
import { readImages } from '../data/tables/images.ts';

const params = {
  type: 'object',
  properties: {
    // 128 images (the maximum of `batch`) of 2048 px stay below the 2^31 bytes that a record batch can have.
    size: {
      description: 'Height and width of the resized images, in pixels.',
      type: 'integer',
      minimum: 1,
      maximum: 2048,
    },
    fit: {
      description: '`fill` stretches an image to the square, `cover` crops it, `contain` pads it with white.',
      enum: FITS,
      default: 'fill',
    },
    interpolation: {
      description:
        '`antialiased` averages all pixels that a pixel of the result covers, as Pillow and `tf.image.resize` with ' +
        'antialiasing do; `linear` uses the four nearest alone, as `cv2.resize` does by default.',
      enum: INTERPOLATIONS,
      default: 'antialiased',
    },
    on_bad_image: {
      description:
        '`fail` fails the stage if an image cannot be decoded; `quarantine` excludes such images and lists the reasons.',
      enum: ON_BAD_IMAGE,
      default: 'fail',
    },
    encoding: encodingParam,
    quality: replacedParam('encoding: { jpeg: { quality: … } }'),
    images_per_shard: {
      description: 'Maximum number of images in a shard; a shard with more is divided into two.',
      type: 'integer',
      minimum: 1,
      default: 2048,
    },
    batch: { description: 'Images per Arrow record batch.', type: 'integer', minimum: 1, maximum: 128, default: 32 },
  },
  required: ['size'],
} as const;

/** Returns the stage that decodes each image once and stores it at the input size of the model, in Arrow IPC shards. */
export function resizeStage() {
  return defineStage({
    params,
    inputs: ['images', 'dataset'],
    outputs: ['shards'],
    reuses: true,
    async run({ params, inputs, outputs, work, previous, log, metrics, progress, signal }) {
      const files = await readImages(inputs.images);
      if (!files.ok) return badInput(files.failure);
      const {
        size,
        fit,
        interpolation,
        encoding,
        images_per_shard: imagesPerShard,
        batch,
        on_bad_image: onBadImage,
      } = params;
      const resized = await resizeToShards(outputs.shards, {
        root: inputs.dataset,
        files: files.value,
        size,
        fit,
        interpolation,
        encoding: pixelEncoding(encoding),
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
}
