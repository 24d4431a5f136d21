import { defineStage } from 'pipeline';
import { evaluate } from '../src/vision/predict/evaluate.ts';
import { evaluationMetrics } from '../src/vision/predict/evaluation.ts';
import { executionModes } from '../src/vision/train/step/execution-mode.ts';

/** Judges a model by the validation split. */
export default defineStage({
  params: {
    type: 'object',
    properties: {
      batch_size: { description: 'Images at a time.', type: 'integer', minimum: 1, default: 32 },
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
