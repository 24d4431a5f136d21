import { defineStage } from '../../index.ts';
import { explainMistakes } from '../explain/explain-mistakes.ts';
import { withBuiltIn } from '../models/backbones/index.ts';
import { threadsParam } from '../tensorflow/threads-param.ts';
import type { ModelStageOptions } from './model-stage-options.ts';

const params = {
  type: 'object',
  properties: {
    count: {
      description: 'The number of mistakes at most: those with the largest loss.',
      type: 'integer',
      minimum: 1,
      maximum: 1000,
      default: 16,
    },
    threads: threadsParam,
  },
} as const;

/** Returns the stage that draws by Grad-CAM where the images of the worst mistakes speak for the predicted and for the true class. */
export function explainMistakesStage({ backbones: given, heads }: ModelStageOptions = {}) {
  const backbones = withBuiltIn(given);
  return defineStage({
    params,
    inputs: ['shards', 'samples', 'model'],
    outputs: ['explanations'],
    async run({ params, inputs, outputs, metrics, progress }) {
      const options = { ...params, backbones, heads, onProgress: progress };
      const explained = await explainMistakes({ ...inputs, ...outputs }, options);
      if (!explained.ok) return explained.failure;
      metrics({ explained: explained.value });
    },
  });
}
