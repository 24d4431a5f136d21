import { defineStage } from 'pipeline';
import { ON_BAD_IMAGE } from '../src/vision/data/images/load-image.ts';
import { FITS } from '../src/vision/data/images/resizing.ts';
import { describeQuarantine } from '../src/vision/data/shards/quarantine.ts';
import { predict } from '../src/vision/predict/predict.ts';
import { executionModes } from '../src/vision/train/step/execution-mode.ts';

/** Predicts the data set's questions in the submission format of the FashionAI challenge. */
export default defineStage({
  params: {
    type: 'object',
    properties: {
      batch_size: { description: 'The number of images per batch.', type: 'integer', minimum: 1, default: 32 },
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
      execution: {
        description:
          '`graph` runs each batch as one TensorFlow graph; `eager` runs it op by op (slower, for comparison).',
        enum: executionModes,
        default: 'graph',
      },
      threads: {
        description: 'The number of intra-op threads. Another number changes results by rounding errors.',
        type: 'integer',
        minimum: 1,
        default: 2,
      },
    },
  },
  inputs: ['questions', 'dataset', 'model'],
  outputs: ['predictions.csv'],
  async run({ params, inputs, outputs, log, metrics, progress, signal }) {
    const { batch_size: batchSize, fit, on_bad_image: onBadImage, threads, execution } = params;
    const predicted = await predict(
      { ...inputs, ...outputs },
      { batchSize, fit, onBadImage, threads, execution, signal, onProgress: progress },
    );
    if (!predicted.ok) return predicted.failure;
    const { quarantined } = predicted.value;
    for (const line of describeQuarantine(quarantined)) log(line);
    if (onBadImage === 'quarantine') metrics({ quarantined: quarantined.length });
  },
});
