import type { FromSchema } from '../../shared/schema-type.ts';
import { executionModes } from '../train/step/execution-mode.ts';
import type { PredictorOptions } from './load-predictor.ts';

/** The params of the stages that run a trained model. */
export const predictorParams = {
  batch_size: { description: 'The number of images per batch.', type: 'integer', minimum: 1, default: 32 },
  test_time_flip: {
    description:
      'Test-time augmentation: whether the probabilities are the mean of those for the image and for its mirror image. ' +
      'Often slightly more accurate; takes twice as long. Wrong for classes that differ by left and right, and for text ' +
      'and digits.',
    type: 'boolean',
    default: false,
  },
  execution: {
    description: '`graph` runs each batch as one TensorFlow graph; `eager` runs it op by op (slower, for comparison).',
    enum: executionModes,
    default: 'graph',
  },
  threads: {
    description: 'The number of intra-op threads. Another number changes results by rounding errors.',
    type: 'integer',
    minimum: 1,
    default: 2,
  },
} as const;

type PredictorParams = FromSchema<{ readonly type: 'object'; readonly properties: typeof predictorParams }>;

/** Converts the params to options. */
export function predictorOptions(params: PredictorParams): PredictorOptions {
  const { batch_size: batchSize, test_time_flip: testTimeFlip, execution, threads } = params;
  return { batchSize, testTimeFlip, execution, threads };
}
