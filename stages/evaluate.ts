import { defineStage } from 'pipeline';
import { evaluate } from '../src/vision/evaluate/evaluate.ts';
import { evaluationMetrics } from '../src/vision/evaluate/evaluation.ts';
import { executionModes } from '../src/vision/train/step/execution-mode.ts';

/** Evaluates a model on the validation split, with intervals and suspected label errors. */
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
      bootstrap_resamples: {
        description: 'The number of bootstrap resamples from which the intervals are computed; 0 for no intervals.',
        type: 'integer',
        minimum: 0,
        maximum: 100_000,
        default: 1000,
      },
      seed: {
        description: 'Random seed of the bootstrap resamples.',
        type: 'integer',
        minimum: 0,
        maximum: 4294967295,
        default: 0,
      },
    },
  },
  inputs: ['shards', 'targets', 'model'],
  outputs: ['evaluation.json', 'samples.arrow'],
  async run({ params, inputs, outputs, metrics, progress, log }) {
    const { batch_size: batchSize, threads, execution, bootstrap_resamples: resamples, seed } = params;
    const options = { batchSize, threads, execution, bootstrap: { resamples, seed } };
    const evaluation = await evaluate({ ...inputs, ...outputs }, options, { progress, log });
    if (!evaluation.ok) return evaluation.failure;
    metrics(evaluationMetrics(evaluation.value));
  },
});
