import { defineStage } from 'pipeline';
import { explainMistakes } from '../src/vision/explain/explain-mistakes.ts';

/** Draws by Grad-CAM where the images of the worst mistakes speak for the predicted and for the true class. */
export default defineStage({
  params: {
    type: 'object',
    properties: {
      count: {
        description: 'The number of mistakes at most: those with the largest loss.',
        type: 'integer',
        minimum: 1,
        maximum: 1000,
        default: 16,
      },
      threads: {
        description: 'The number of intra-op threads. Another number changes results by rounding errors.',
        type: 'integer',
        minimum: 1,
        default: 2,
      },
    },
  },
  inputs: ['shards', 'samples', 'model'],
  outputs: ['explanations'],
  async run({ params, inputs, outputs, metrics, progress }) {
    const explained = await explainMistakes({ ...inputs, ...outputs }, { ...params, onProgress: progress });
    if (!explained.ok) return explained.failure;
    metrics({ explained: explained.value });
  },
});
