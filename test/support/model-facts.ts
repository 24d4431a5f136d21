import type { ModelFacts } from '../../src/vision/models/saved-model.ts';

/** Returns the facts about a model of the small network for images of 32×32 pixels, with one task. */
export function modelFacts(more: Partial<ModelFacts> = {}): ModelFacts {
  return {
    version: 2,
    backbone: 'small-cnn',
    height: 32,
    width: 32,
    fit: 'fill',
    interpolation: 'antialiased',
    tasks: [{ name: 'neck_design', classes: 5 }],
    epochs: 3,
    steps: 180,
    loss: { label_smoothing: 0, l2_penalty: 0 },
    ...more,
  };
}
