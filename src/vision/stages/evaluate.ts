import { defineStage } from '../../index.ts';
import { EVALUATED_SPLITS } from '../data/tables/task.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { evaluationMetrics } from '../evaluate/reported-metrics.ts';
import { withBuiltIn } from '../models/backbones/index.ts';
import { modelOptions, modelParams } from '../predict/model-params.ts';
import type { ModelStageOptions } from './model-stage-options.ts';

const params = {
  type: 'object',
  properties: {
    ...modelParams,
    split: {
      description:
        'The split that the model is evaluated on. A data set has a split `test` if its folders, its label files or its ' +
        'table say so, or by the param `test_fraction` of the ingest stage.',
      enum: EVALUATED_SPLITS,
      default: 'validation',
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
} as const;

/**
 * Returns the stage that evaluates a model, or the mean of several, on the validation or the test split, with intervals and
 * suspected label errors.
 */
export function evaluateStage({ backbones: given, heads }: ModelStageOptions = {}) {
  const backbones = withBuiltIn(given);
  return defineStage({
    params,
    inputs: ['shards', 'targets', 'models[]'],
    outputs: ['evaluation.json', 'samples.arrow'],
    async run({ params, inputs, outputs, metrics, progress, log }) {
      const { split, bootstrap_resamples: resamples, seed } = params;
      const options = { ...modelOptions(params), backbones, heads, split, bootstrap: { resamples, seed } };
      const evaluation = await evaluate({ ...inputs, ...outputs }, options, { progress, log });
      if (!evaluation.ok) return evaluation.failure;
      metrics(evaluationMetrics(evaluation.value));
    },
  });
}
