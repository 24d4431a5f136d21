import { defineStage } from '../../index.ts';
import { threadsParam } from '../tensorflow/threads-param.ts';
import { augmentParamWith } from '../train/choice-params.ts';
import { augmentationsOf } from '../train/params-to-options.ts';
import { previewAugmentations } from '../train/preview-augmentations.ts';
import type { TrainStageOptions } from './train.ts';

const properties = {
  images: { description: 'The number of images at most.', type: 'integer', minimum: 1, maximum: 100, default: 8 },
  variants: {
    description: 'How often each image is augmented.',
    type: 'integer',
    minimum: 1,
    maximum: 100,
    default: 8,
  },
  seed: {
    description: 'Random seed, as that of the training.',
    type: 'integer',
    minimum: 0,
    maximum: 4294967295,
    default: 0,
  },
  threads: threadsParam,
} as const;

/**
 * Returns the stage that draws some images as they are and as a training sees them. Give it the same augmentations as
 * `trainStage`, or the same param `augment`.
 */
export function previewAugmentationsStage({ augmentations }: Pick<TrainStageOptions, 'augmentations'> = {}) {
  return defineStage({
    params: { type: 'object', properties: { ...properties, augment: augmentParamWith(augmentations) } },
    inputs: ['shards'],
    outputs: ['sheet.png'],
    async run({ params, inputs, outputs, log, progress }) {
      const { augment, ...options } = params;
      const drawn = await previewAugmentations(
        { ...inputs, ...outputs },
        { ...options, augmentations: augmentations ?? augmentationsOf({ augment }), onProgress: progress },
      );
      if (!drawn.ok) return drawn.failure;
      log(`${drawn.value} images, first as they are`);
    },
  });
}
