import { defineStage } from '../../index.ts';
import { ON_BAD_IMAGE } from '../data/images/load-image.ts';
import { describeQuarantine } from '../data/shards/quarantine.ts';
import { withBuiltIn } from '../models/backbones/index.ts';
import { ANSWER_FORMATS } from '../predict/answer-files.ts';
import { classify } from '../predict/classify.ts';
import { modelOptions, modelParams } from '../predict/model-params.ts';
import type { ModelStageOptions } from './model-stage-options.ts';

const params = {
  type: 'object',
  properties: {
    ...modelParams,
    formats: {
      description:
        'What is written: `csv` and `arrow` have a row for each image and task, `jsonl` has a line for each image.',
      type: 'array',
      items: { enum: ANSWER_FORMATS },
      minItems: 1,
      uniqueItems: true,
      default: ['csv'],
    },
    on_bad_image: {
      description:
        '`fail` fails the stage if an image cannot be decoded; `quarantine` lists it in `quarantine.json`, with the reason.',
      enum: ON_BAD_IMAGE,
      default: 'fail',
    },
  },
} as const;

/**
 * Returns the stage that classifies all images of a folder for every task of one or more models. It needs no label files and no
 * questions.
 */
export function classifyStage({ backbones: given, heads }: ModelStageOptions = {}) {
  const backbones = withBuiltIn(given);
  return defineStage({
    params,
    inputs: ['images', 'models[]'],
    outputs: ['predictions'],
    async run({ params, inputs, outputs, log, metrics, progress, signal }) {
      const { formats, on_bad_image: onBadImage } = params;
      const options = { ...modelOptions(params), backbones, heads, formats, onBadImage, signal, onProgress: progress };
      const classified = await classify({ ...inputs, ...outputs }, options);
      if (!classified.ok) return classified.failure;
      const { images, quarantined, notes } = classified.value;
      for (const line of [...notes, ...describeQuarantine(quarantined)]) log(line);
      metrics({ images, quarantined: quarantined.length });
    },
  });
}
