import { affine, isIdentity } from './augmentations/affine.ts';
import type { Augmentation } from './augmentations/augmentation.ts';
import type { Schedule } from './loop/learning-rate.ts';
import type { OptimizerOptions } from './optimizers/optimizer.ts';
import type { TrainParams } from './params.ts';
import type { ClassWeights } from './samples/class-weights.ts';
import type { TrainOptions } from './train.ts';

/** Converts the params of the `train` stage to options of `train`. */
export function trainOptions(params: TrainParams): TrainOptions {
  const { early_stopping: stopping } = params;
  return {
    backbone: params.backbone,
    optimizer: optimizerOf(params),
    augmentations: augmentationsOf(params),
    freeze: params.freeze,
    batchNormalizationMomentum: params.batch_normalization_momentum,
    freezeBatchNormalization: params.freeze_batch_normalization,
    rateFactors: params.learning_rate_factors as Readonly<Record<string, number>>,
    l2: params.l2,
    learningRate: params.learning_rate,
    schedule: scheduleOf(params),
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

// JSON Schema fills in no defaults within `anyOf`: these are the defaults that choice-params.ts describes.

function optimizerOf({ optimizer }: TrainParams): OptimizerOptions {
  const { sgd } = typeof optimizer === 'string' ? { sgd: optimizer === 'sgd' ? {} : undefined } : optimizer;
  if (sgd === undefined) return { name: 'adam' };
  return { name: 'sgd', momentum: 0, nesterov: false, ...sgd };
}

function scheduleOf({ schedule }: TrainParams): Schedule {
  const isNamed = typeof schedule === 'string';
  const { constant = {}, cosine = {}, exponential = {} } = isNamed ? {} : schedule;
  switch (isNamed ? schedule : Object.keys(schedule)[0]) {
    case 'cosine':
      return { name: 'cosine', finalLearningRate: cosine.final_learning_rate ?? 0 };
    case 'exponential':
      return {
        name: 'exponential',
        decayRate: exponential.decay_rate ?? 0.96,
        decaySteps: exponential.decay_steps ?? 1000,
      };
    default:
      return { name: 'constant', decay: constant.decay ?? 0 };
  }
}

/** Returns the augmentations that the param `augment` stands for. */
export function augmentationsOf({ augment }: Pick<TrainParams, 'augment'>): readonly Augmentation[] {
  if (typeof augment === 'string') return [];
  const { horizontal_flip: horizontalFlip = true, rotation_range: rotationRange = 20 } = augment;
  const ranges = { horizontalFlip, rotationRange, zoomRange: augment.zoom_range ?? 0.2 };
  return isIdentity(ranges) ? [] : [affine(ranges)];
}
