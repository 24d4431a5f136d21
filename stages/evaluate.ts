import { defineStage } from 'pipeline';
import { evaluate } from '../src/vision/predict/evaluate.ts';
import { evaluationMetrics } from '../src/vision/predict/evaluation.ts';
import { executionModes } from '../src/vision/train/step/execution-mode.ts';

/** Evaluates a model on the validation split. */
export default defineStage({
  params: {
    type: 'object',
    properties: {
      batch_size: { description: 'The number of images per batch.', type: 'integer', minimum: 1, default: 32 },
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
  inputs: ['shards', 'targets', 'model'],
  outputs: ['evaluation.json'],
  async run({ params, inputs, outputs, metrics, progress, log }) {
    const { batch_size: batchSize, threads, execution } = params;
    const options = { batchSize, threads, execution };
    const evaluation = await evaluate({ ...inputs, ...outputs }, options, { progress, log });
    if (!evaluation.ok) return evaluation.failure;
    metrics(evaluationMetrics(evaluation.value));
  },
});
