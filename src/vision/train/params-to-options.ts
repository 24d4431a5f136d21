import type { Schedule } from './loop/learning-rate.ts';
import type { TrainParams } from './params.ts';
import type { ClassWeights } from './samples/class-weights.ts';
import type { TrainOptions } from './train.ts';

/** Converts the params of the `train` stage to options of `train`. */
export function trainOptions(params: TrainParams): TrainOptions {
  const { momentum, nesterov, augment, early_stopping: stopping } = params;
  return {
    backbone: params.backbone,
    optimizer: params.optimizer === 'adam' ? { name: 'adam' } : { name: 'sgd', momentum, nesterov },
    augmentation: {
      horizontalFlip: augment.horizontal_flip,
      rotationRange: augment.rotation_range,
      zoomRange: augment.zoom_range,
    },
    freeze: params.freeze,
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
    towers: params.towers,
    weights: params.weights,
    saveAs: params.save_as,
  };
}

function scheduleOf(params: TrainParams): Schedule {
  switch (params.schedule) {
    case 'constant':
      return { name: 'constant', decay: params.decay };
    case 'cosine':
      return { name: 'cosine', finalLearningRate: params.final_learning_rate };
    case 'exponential':
      return { name: 'exponential', decayRate: params.decay_rate, decaySteps: params.decay_steps };
    default:
      return params.schedule satisfies never;
  }
}
