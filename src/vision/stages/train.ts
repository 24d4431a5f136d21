import { defineStage } from '../../index.ts';
import { withBuiltIn } from '../models/backbones/index.ts';
import type { Augmentation } from '../train/augmentations/augmentation.ts';
import { reportedMetrics } from '../train/loop/history.ts';
import type { Schedule } from '../train/loop/schedules.ts';
import type { Optimizer } from '../train/optimizers/optimizer.ts';
import { trainParamsWith } from '../train/params.ts';
import { trainOptions } from '../train/params-to-options.ts';
import { train } from '../train/train.ts';
import type { ModelStageOptions } from './model-stage-options.ts';

/** What `trainStage` is given. */
export interface TrainStageOptions extends ModelStageOptions {
  /** What is done to the training images, in this order. By default the param `augment` of the stage says it. */
  readonly augmentations?: readonly Augmentation[];
  /** The optimizer. By default the param `optimizer` of the stage says it. */
  readonly optimizer?: Optimizer;
  /** The learning rate of each update. By default the param `schedule` of the stage says it. */
  readonly schedule?: Schedule;
}

/** Returns the stage that trains a multi-task classifier on the training split, from initial weights or a saved model. */
export function trainStage({ backbones: given, heads, augmentations, optimizer, schedule }: TrainStageOptions = {}) {
  const backbones = withBuiltIn(given);
  const inModule = {
    ...(augmentations !== undefined && { augmentations }),
    ...(optimizer !== undefined && { optimizer }),
    ...(schedule !== undefined && { schedule }),
  };
  return defineStage({
    params: trainParamsWith(backbones, inModule),
    inputs: ['shards', 'targets', 'model?', 'weights?'],
    outputs: ['model', 'history.json', 'tensorboard'],
    async run({ params, inputs, outputs, metrics, work, downloads, ...context }) {
      const { shards, targets, model: startFrom, weights } = inputs;
      const trained = await train(
        { shards, targets, startFrom, weights, work, downloads, ...outputs },
        { ...trainOptions(params), backbones, heads, ...inModule },
        context,
      );
      if (!trained.ok) return trained.failure;
      if (trained.value !== undefined) metrics(reportedMetrics(trained.value));
    },
  });
}
