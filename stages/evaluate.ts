import { defineStage } from 'pipeline';
import { evaluate } from '../src/vision/evaluate/evaluate.ts';
import { evaluationMetrics } from '../src/vision/evaluate/evaluation.ts';
import { modelOptions, modelParams } from '../src/vision/predict/model-params.ts';

/** Evaluates a model, or the mean of several, on the validation split, with intervals and suspected label errors. */
export default defineStage({
  params: {
    type: 'object',
    properties: {
      ...modelParams,
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
  inputs: ['shards', 'targets', 'models[]'],
  outputs: ['evaluation.json', 'samples.arrow'],
  async run({ params, inputs, outputs, metrics, progress, log }) {
    const { bootstrap_resamples: resamples, seed } = params;
    const options = { ...modelOptions(params), bootstrap: { resamples, seed } };
    const evaluation = await evaluate({ ...inputs, ...outputs }, options, { progress, log });
    if (!evaluation.ok) return evaluation.failure;
    metrics(evaluationMetrics(evaluation.value));
  },
});
