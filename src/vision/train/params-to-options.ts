import { affine, isIdentity } from './augmentations/affine.ts';
import type { Augmentation } from './augmentations/augmentation.ts';
import { scheduleOf } from './loop/schedule-param.ts';
import { optimizerOf } from './optimizers/optimizer-param.ts';
import type { TrainParams } from './params.ts';
import type { ClassWeights } from './samples/class-weights.ts';
import type { TrainOptions } from './train.ts';

/** Converts the params of the `train` stage to options of `train`. */
export function trainOptions(params: TrainParams): TrainOptions {
  const { early_stopping: stopping } = params;
  return {
    backbone: params.backbone,
    optimizer: optimizerOf(params.optimizer),
    accumulate: params.accumulate,
    ema: params.ema,
    augmentations: augmentationsOf(params),
    freeze: params.freeze,
    batchNormalizationMomentum: params.batch_normalization_momentum,
    freezeBatchNormalization: params.freeze_batch_normalization,
    rateFactors: params.learning_rate_factors as Readonly<Record<string, number>>,
    l2: params.l2,
    learningRate: params.learning_rate,
    schedule: scheduleOf(params.schedule),
    warmupSteps: params.warmup_steps,
    labelSmoothing: params.label_smoothing,
    // The type derived from the schema is wider than what the schema allows.
    classWeights: params.class_weights as ClassWeights | undefined,
    clip: { globalNorm: params.clip_global_norm, value: params.clip_value },
    earlyStopping: {
      monitor: stopping.monitor,
      patience: stopping.patience,
      minDelta: stopping.min_delta,
      restoreBest: stopping.restore_best,
    },
    checkpointMinutes: params.checkpoint_minutes,
    batchSize: params.batch_size,
    epochs: params.epochs,
    seed: params.seed,
    dropout: params.dropout,
    threads: params.threads,
    execution: params.execution,
    precision: params.precision,
    xla: params.xla,
    towers: params.towers,
    weights: params.weights,
    saveAs: params.save_as,
  };
}

/** Returns the augmentations that the param `augment` stands for. */
export function augmentationsOf({ augment }: Pick<TrainParams, 'augment'>): readonly Augmentation[] {
  if (typeof augment === 'string') return [];
  const { horizontal_flip: horizontalFlip = true, rotation_range: rotationRange = 20 } = augment;
  const ranges = { horizontalFlip, rotationRange, zoomRange: augment.zoom_range ?? 0.2 };
  return isIdentity(ranges) ? [] : [affine(ranges)];
}
