import { defineStage } from 'pipeline';
import { ON_BAD_IMAGE } from '../src/vision/data/images/load-image.ts';
import { describeQuarantine } from '../src/vision/data/shards/quarantine.ts';
import { ANSWER_FORMATS } from '../src/vision/predict/answer-files.ts';
import { classify } from '../src/vision/predict/classify.ts';
import { modelOptions, modelParams } from '../src/vision/predict/model-params.ts';

/** Classifies all images of a folder for every task of one or more models. Needs no label files and no questions. */
export default defineStage({
  params: {
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
  },
  inputs: ['images', 'models[]'],
  outputs: ['predictions'],
  async run({ params, inputs, outputs, log, metrics, progress, signal }) {
    const { formats, on_bad_image: onBadImage } = params;
    const options = { ...modelOptions(params), formats, onBadImage, signal, onProgress: progress };
    const classified = await classify({ ...inputs, ...outputs }, options);
    if (!classified.ok) return classified.failure;
    const { images, quarantined, notes } = classified.value;
    for (const line of [...notes, ...describeQuarantine(quarantined)]) log(line);
    metrics({ images, quarantined: quarantined.length });
  },
});
