import { defineStage } from 'pipeline';
import { reportedMetrics } from '../src/vision/train/loop/history.ts';
import { trainParams } from '../src/vision/train/params.ts';
import { trainOptions } from '../src/vision/train/params-to-options.ts';
import { train } from '../src/vision/train/train.ts';

/** Trains a multi-task classifier on the training split, from initial weights or from a saved model. */
export default defineStage({
  params: trainParams,
  inputs: ['shards', 'targets', 'model?', 'weights?'],
  outputs: ['model', 'history.json', 'tensorboard'],
  async run({ params, inputs, outputs, metrics, work, downloads, ...context }) {
    const { shards, targets, model: startFrom, weights } = inputs;
    const trained = await train(
      { shards, targets, startFrom, weights, work, downloads, ...outputs },
      trainOptions(params),
      context,
    );
    if (!trained.ok) return trained.failure;
    if (trained.value !== undefined) metrics(reportedMetrics(trained.value));
  },
});
