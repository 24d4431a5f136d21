import { defineStage } from 'pipeline';
import { FITS } from '../src/vision/data/images/decode.ts';
import { predict } from '../src/vision/predict/predict.ts';
import { executionModes } from '../src/vision/train/step/execution-mode.ts';

/** Answers the questions of the data set, in the format of the FashionAI challenge. */
export default defineStage({
  params: {
    type: 'object',
    properties: {
      batch_size: { description: 'Images per batch.', type: 'integer', minimum: 1, default: 32 },
      fit: {
        description:
          'How images are fitted into the input size of the model; use the value that the training images were resized with.',
        enum: FITS,
        default: 'fill',
      },
      execution: {
        description:
          '`graph` computes a batch as one TensorFlow graph; `eager` computes op by op, which is slower and only for comparison.',
        enum: executionModes,
        default: 'graph',
      },
      threads: {
        description: 'Number of threads that compute one op. Another number changes the last digits of the results.',
        type: 'integer',
        minimum: 1,
        default: 2,
      },
    },
  },
  inputs: ['questions', 'dataset', 'model'],
  outputs: ['predictions.csv'],
  async run({ params, inputs, outputs, progress, signal }) {
    const { batch_size: batchSize, fit, threads, execution } = params;
    const predicted = await predict(
      { ...inputs, ...outputs },
      { batchSize, fit, threads, execution, signal, onProgress: progress },
    );
    if (!predicted.ok) return predicted.failure;
  },
});
