import { defineStage } from 'pipeline';
import { evaluate } from '../src/vision/predict/evaluate.ts';
import { evaluationMetrics } from '../src/vision/predict/evaluation.ts';
import { predictorOptions, predictorParams } from '../src/vision/predict/params.ts';

/** Evaluates a model on the validation split. */
export default defineStage({
  params: { type: 'object', properties: predictorParams },
  inputs: ['shards', 'targets', 'model'],
  outputs: ['evaluation.json'],
  async run({ params, inputs, outputs, metrics, progress, log }) {
    const evaluation = await evaluate({ ...inputs, ...outputs }, predictorOptions(params), { progress, log });
    if (!evaluation.ok) return evaluation.failure;
    metrics(evaluationMetrics(evaluation.value));
  },
});
