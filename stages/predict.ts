import { defineStage } from 'pipeline';
import { ON_BAD_IMAGE } from '../src/vision/data/images/load-image.ts';
import { FITS } from '../src/vision/data/images/resizing.ts';
import { describeQuarantine } from '../src/vision/data/shards/quarantine.ts';
import { predictorOptions, predictorParams } from '../src/vision/predict/params.ts';
import { predict } from '../src/vision/predict/predict.ts';

/** Predicts the data set's questions in the submission format of the FashionAI challenge. */
export default defineStage({
  params: {
    type: 'object',
    properties: {
      ...predictorParams,
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
  },
  inputs: ['questions', 'dataset', 'model'],
  outputs: ['predictions.csv'],
  async run({ params, inputs, outputs, log, metrics, progress, signal }) {
    const { fit, on_bad_image: onBadImage } = params;
    const predicted = await predict(
      { ...inputs, ...outputs },
      { ...predictorOptions(params), fit, onBadImage, signal, onProgress: progress },
    );
    if (!predicted.ok) return predicted.failure;
    const { quarantined } = predicted.value;
    for (const line of describeQuarantine(quarantined)) log(line);
    if (onBadImage === 'quarantine') metrics({ quarantined: quarantined.length });
  },
});
