import { defineStage } from '../../index.ts';
import { ON_BAD_IMAGE } from '../data/images/load-image.ts';
import { FITS } from '../data/images/resizing.ts';
import { describeQuarantine } from '../data/shards/quarantine.ts';
import { withBuiltIn } from '../models/backbones/index.ts';
import { modelOptions, modelParams } from '../predict/model-params.ts';
import { predict } from '../predict/predict.ts';
import type { ModelStageOptions } from './model-stage-options.ts';

const params = {
  type: 'object',
  properties: {
    ...modelParams,
    fit: {
      description:
        'How images are fitted into the input size of the model. The model knows how its training images were: if this ' +
        'is given, it is compared with that.',
      enum: FITS,
    },
    on_bad_image: {
      description:
        '`fail` fails the stage if an image cannot be decoded; `quarantine` leaves its questions out of the predictions ' +
        'and logs the reasons.',
      enum: ON_BAD_IMAGE,
      default: 'fail',
    },
  },
} as const;

/**
 * Returns the stage that predicts the data set's questions with one or more models, in the submission format of the FashionAI
 * challenge.
 */
export function predictStage({ backbones: given, heads }: ModelStageOptions = {}) {
  const backbones = withBuiltIn(given);
  return defineStage({
    params,
    inputs: ['questions', 'dataset', 'models[]'],
    outputs: ['predictions.csv'],
    async run({ params, inputs, outputs, log, metrics, progress, signal }) {
      const { fit, on_bad_image: onBadImage } = params;
      const options = { ...modelOptions(params), backbones, heads, fit, onBadImage, signal, onProgress: progress };
      const predicted = await predict({ ...inputs, ...outputs }, options);
      if (!predicted.ok) return predicted.failure;
      const { quarantined } = predicted.value;
      for (const line of describeQuarantine(quarantined)) log(line);
      if (onBadImage === 'quarantine') metrics({ quarantined: quarantined.length });
    },
  });
}
