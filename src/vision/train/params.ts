import { replacedParam } from '../../shared/replaced-param.ts';
import type { FromSchema } from '../../shared/schema-type.ts';
import type { Backbones } from '../models/backbones/backbone.ts';
import { backboneNames } from '../models/backbones/index.ts';
import { precisions } from '../tensorflow/session/config-proto.ts';
import { threadsParam } from '../tensorflow/threads-param.ts';
import type { Augmentation } from './augmentations/augmentation.ts';
import { augmentParam, augmentParamWith, givenInModule } from './choice-params.ts';
import { monitoredMetrics } from './loop/early-stopping.ts';
import { scheduleParam } from './loop/schedule-param.ts';
import type { Schedule } from './loop/schedules.ts';
import type { Optimizer } from './optimizers/optimizer.ts';
import { emaParam, optimizerParam } from './optimizers/optimizer-param.ts';
import { saveFormats } from './save-as.ts';
import { executionModes } from './step/execution-mode.ts';

const backboneParam = (names: readonly string[]) => ({
  description: 'The backbone (convolutional base). Required unless the input `model` is given, which has its own.',
  enum: names,
});

/** The JSON Schema of the params of the `train` stage. */
export const trainParams = {
  type: 'object',
  properties: {
    backbone: backboneParam(backboneNames),
    weights: {
      description:
        'The initial weights: `none` (random), `imagenet` (published by Keras, downloaded once), or the path or URL of a ' +
        'file saved by Keras (.h5, .weights.h5, .keras), followed by `#sha256=` and its SHA-256 digest in hex. Also the ' +
        'path of a layers model of TensorFlow.js: the digest is that of its model.json and its shards, one after the other.',
      type: 'string',
      minLength: 1,
      default: 'none',
    },
    optimizer: optimizerParam,
    learning_rate: {
      description: 'The learning rate at the start of the stage, after the warm-up if there is one.',
      type: 'number',
      exclusiveMinimum: 0,
    },
    schedule: scheduleParam,
    warmup_steps: {
      description:
        'The number of steps in which the rate grows linearly to `learning_rate`, before the schedule begins. With ' +
        '`accumulate`, updates of the weights are counted.',
      type: 'integer',
      minimum: 0,
      default: 0,
    },
    epochs: { description: 'The number of passes over the training split.', type: 'integer', minimum: 1 },
    batch_size: { description: 'The number of images per step.', type: 'integer', minimum: 1 },
    accumulate: {
      description:
        'Gradient accumulation: the weights are updated once after this many steps, by the mean of their gradients, as ' +
        'with a batch that is so many times larger; the statistics of batch normalization remain those of each batch. ' +
        'The last update of an epoch takes the steps that are left.',
      type: 'integer',
      minimum: 1,
      default: 1,
    },
    ema: emaParam,
    seed: {
      description: 'The random seed for the initial weights, the order of the samples, augmentation and dropout.',
      type: 'integer',
      minimum: 0,
      maximum: 4294967295,
    },
    dropout: {
      description: 'The dropout rate on the pooled features: the fraction that is dropped in each training step.',
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.5,
    },
    freeze: {
      description:
        'The name of the last frozen layer: it and all layers before it are not trained, nor are their moving averages ' +
        'updated. `backbone` trains only the heads.',
      type: 'string',
    },
    freeze_batch_normalization: {
      description:
        'Whether batch normalization is frozen in the whole model: it is not trained, and normalizes by the statistics of ' +
        'the initial weights instead of those of each batch.',
      type: 'boolean',
      default: false,
    },
    batch_normalization_momentum: {
      description:
        'The momentum of the moving averages of batch normalization. Unset takes that of the backbone, which may be too ' +
        'slow for a short training: after n steps, 0.999 ^ n of an average are still the initial statistics.',
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
    },
    learning_rate_factors: {
      description:
        'Factors on the learning rate by layer name. A factor applies to the named layer and the layers before it, back ' +
        'to the previous named layer. `backbone` stands for the last layer of the backbone.',
      type: 'object',
      additionalProperties: { type: 'number', exclusiveMinimum: 0 },
      default: {},
    },
    l2: {
      description: 'L2 regularization: this times the sum of squares of all trainable kernels is added to the loss.',
      type: 'number',
      minimum: 0,
      default: 0,
    },
    label_smoothing: {
      description:
        'Label smoothing: the fraction of each target that is spread evenly over all classes of its task; for several ' +
        'classes at once, over true and false. Heads of ordered classes and of numbers have none.',
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
    },
    class_weights: {
      description:
        'Weights of the samples in the loss: by task, one weight per class, in class order. `balanced` weights the ' +
        'samples so that all classes of a task contribute equally. Of several classes at once, a weight counts where the ' +
        'class is true, and `balanced` lets samples with and without a class contribute equally.',
      anyOf: [
        { const: 'balanced' },
        { type: 'object', additionalProperties: { type: 'array', items: { type: 'number', minimum: 0 } } },
      ],
    },
    clip_global_norm: {
      description: 'Gradients are scaled down so that their global L2 norm does not exceed this.',
      type: 'number',
      exclusiveMinimum: 0,
    },
    clip_value: {
      description: 'Each gradient value is clipped to ± this, before `clip_global_norm` applies.',
      type: 'number',
      exclusiveMinimum: 0,
    },
    early_stopping: {
      description: 'Stops the training when a metric stops improving, and selects the final weights.',
      type: 'object',
      properties: {
        monitor: {
          description: 'The metric to monitor: losses should fall, accuracy should rise.',
          enum: monitoredMetrics,
          default: 'val_loss',
        },
        patience: {
          description: 'The number of epochs without improvement after which training stops. Unset trains all epochs.',
          type: 'integer',
          minimum: 1,
        },
        min_delta: {
          description: 'The smallest change of the metric that counts as an improvement.',
          type: 'number',
          minimum: 0,
          default: 0,
        },
        restore_best: {
          description: 'Whether to keep the weights of the best epoch instead of those of the last.',
          type: 'boolean',
          default: false,
        },
      },
      additionalProperties: false,
      default: {},
    },
    checkpoint_minutes: {
      description: 'The interval between checkpoints in minutes; one is also saved after each epoch.',
      type: 'number',
      minimum: 0,
      default: 10,
    },
    augment: augmentParam,
    execution: {
      description:
        '`graph` runs each batch as one TensorFlow graph; `eager` runs it op by op (slower, for comparison).',
      enum: executionModes,
      default: 'graph',
    },
    precision: {
      description:
        'The number format of convolutions and matrix products in the graph. `mixed_bfloat16` is faster on CPUs with ' +
        'AVX512-BF16 or AMX, `mixed_float16` on GPUs; both are less exact. Weights, loss and moving averages are float32 ' +
        'in any case.',
      enum: precisions,
      default: 'float32',
    },
    xla: {
      description: 'Whether XLA compiles the graph, which takes longer to start. On CPUs it is slower.',
      type: 'boolean',
      default: false,
    },
    towers: {
      description: 'The number of GPUs over which each batch is split; the stage has to request as many.',
      type: 'integer',
      minimum: 1,
      default: 1,
    },
    threads: threadsParam,
    save_as: {
      description:
        "The formats to save the model in besides TensorFlow.js' own: `h5` and `keras` write model.h5 and model.keras " +
        'for Keras, `svg` and `png` draw the architecture as model.svg and model.png.',
      type: 'array',
      items: { enum: saveFormats },
      uniqueItems: true,
      default: [],
    },
    momentum: replacedParam('optimizer: { sgd: { momentum: … } }'),
    nesterov: replacedParam('optimizer: { sgd: { nesterov: … } }'),
    decay: replacedParam('schedule: { constant: { decay: … } }'),
    final_learning_rate: replacedParam('schedule: { cosine: { final_learning_rate: … } }'),
    decay_rate: replacedParam('schedule: { exponential: { decay_rate: … } }'),
    decay_steps: replacedParam('schedule: { exponential: { decay_steps: … } }'),
  },
  required: ['learning_rate', 'epochs', 'batch_size', 'seed'],
} as const;

/** What the module of a stage may give in place of params. */
export interface GivenInModule {
  readonly augmentations?: readonly Augmentation[] | undefined;
  readonly optimizer?: Optimizer | undefined;
  readonly schedule?: Schedule | undefined;
}

/** Returns the same schema with these backbones to choose from, and without a choice of what the module gives. */
export function trainParamsWith(backbones: Backbones, { augmentations, optimizer, schedule }: GivenInModule) {
  const properties = {
    ...trainParams.properties,
    backbone: backboneParam(Object.keys(backbones)),
    augment: augmentParamWith(augmentations),
    optimizer: optimizer === undefined ? optimizerParam : givenInModule('optimizer'),
    schedule: schedule === undefined ? scheduleParam : givenInModule('schedule'),
  };
  return { ...trainParams, properties } as const;
}

export type TrainParams = FromSchema<typeof trainParams>;
