import { defineStage } from 'pipeline';
import { FITS } from '../src/vision/data/images/decode.ts';
import { predict } from '../src/vision/predict/predict.ts';
import { executionModes } from '../src/vision/train/step/execution-mode.ts';

/** Answers the data set's questions in the format of the challenge. */
export default defineStage({
  params: {
    type: 'object',
    properties: {
      batch_size: { description: 'Images at a time.', type: 'integer', minimum: 1, default: 32 },
      fit: { description: 'As the training images were resized.', enum: FITS, default: 'fill' },
      execution: {
        description: '«graph» computes a batch in one go, «eager» op by op, which is slower: for comparison.',
        enum: executionModes,
        default: 'graph',
      },
      threads: {
        description: 'Threads that share one op. Another number gives other last digits.',
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
