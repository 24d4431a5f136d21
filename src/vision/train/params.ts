import type { FromSchema } from '../../shared/schema-type.ts';
import { backboneNames } from '../models/backbones/index.ts';
import { monitoredFigures } from './loop/early-stopping.ts';
import { scheduleNames } from './loop/learning-rate.ts';
import { saveFormats } from './save-as.ts';
import { executionModes } from './step/execution-mode.ts';

/** What the params of a training may be. */
export const trainParams = {
  type: 'object',
  properties: {
    backbone: {
      description: 'The convolutional base. Needed without the input «model», which brings its own.',
      enum: backboneNames,
    },
    weights: {
      description:
        'What the backbone starts with: «none» (drawn), «imagenet» (published by Keras, downloaded once), or a path or ' +
        'https address of a file that Keras has written (.h5, .weights.h5, .keras), followed by #sha256= and its digest.',
      type: 'string',
      minLength: 1,
      default: 'none',
    },
    optimizer: { enum: ['adam', 'sgd'], default: 'adam' },
    learning_rate: { description: 'At the stage’s start.', type: 'number', exclusiveMinimum: 0 },
    schedule: {
      description: 'How the rate goes on from step to step.',
      enum: scheduleNames,
      default: 'constant',
    },
    decay: {
      description: 'Of constant: the rate at step t of the stage is learning_rate / (1 + decay · t).',
      type: 'number',
      minimum: 0,
      default: 0,
    },
    final_learning_rate: {
      description: 'Of cosine: the rate at the last step.',
      type: 'number',
      minimum: 0,
      default: 0,
    },
    decay_rate: {
      description: 'Of exponential: by how much the rate is multiplied in decay_steps steps.',
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.96,
    },
    decay_steps: { description: 'Of exponential, in steps.', type: 'integer', minimum: 1, default: 1000 },
    warmup_steps: {
      description: 'Steps in which the rate grows to learning_rate, before the schedule begins.',
      type: 'integer',
      minimum: 0,
      default: 0,
    },
    momentum: {
      description: 'Of sgd: the share of the last step that is taken again.',
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
    },
    nesterov: { description: 'Of sgd: looks ahead by the momentum.', type: 'boolean', default: false },
    epochs: { description: 'Passes over the training split.', type: 'integer', minimum: 1 },
    batch_size: { description: 'Images in a step.', type: 'integer', minimum: 1 },
    seed: {
      description: 'Decides the first weights, the order of the samples, augmentation and dropout.',
      type: 'integer',
      minimum: 0,
      maximum: 4294967295,
    },
    dropout: {
      description: 'The share of the pooled features that a step leaves out.',
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.5,
    },
    freeze: {
      description:
        'The layer up to which the model stays as it is, moving averages included; backbone trains the heads alone.',
      type: 'string',
    },
    learning_rate_factors: {
      description:
        'By the name of a layer, or backbone: what the learning rate is multiplied by up to it, from the name before on.',
      type: 'object',
      additionalProperties: { type: 'number', exclusiveMinimum: 0 },
      default: {},
    },
    l2: {
      description: 'The loss grows by so much for each square of a number in the kernels that are trained.',
      type: 'number',
      minimum: 0,
      default: 0,
    },
    label_smoothing: {
      description: 'The share of each target that is spread over all classes of its task.',
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
    },
    class_weights: {
      description:
        'By task, how often a sample of each class counts, in the order of the classes; balanced: so often that all ' +
        'classes of a task weigh the same.',
      anyOf: [
        { const: 'balanced' },
        { type: 'object', additionalProperties: { type: 'array', items: { type: 'number', minimum: 0 } } },
      ],
    },
    clip_global_norm: {
      description: 'The greatest length of all gradients together; longer ones are shortened.',
      type: 'number',
      exclusiveMinimum: 0,
    },
    clip_value: {
      description: 'The greatest number in a gradient, either way.',
      type: 'number',
      exclusiveMinimum: 0,
    },
    early_stopping: {
      description: 'Ends the training when it gets no better, and with which weights.',
      type: 'object',
      properties: {
        monitor: {
          description: 'The figure that tells it: losses should fall, accuracy should rise.',
          enum: monitoredFigures,
          default: 'val_loss',
        },
        patience: {
          description: 'Epochs without a better one after which it ends. Without it all epochs are trained.',
          type: 'integer',
          minimum: 1,
        },
        min_delta: {
          description: 'By how much the figure has to be better to count.',
          type: 'number',
          minimum: 0,
          default: 0,
        },
        restore_best: {
          description: 'Ends with the weights of the best epoch instead of the last.',
          type: 'boolean',
          default: false,
        },
      },
      additionalProperties: false,
      default: {},
    },
    checkpoint_minutes: {
      description: 'After so many minutes the training is kept, as after each epoch, to go on from if it is killed.',
      type: 'number',
      minimum: 0,
      default: 10,
    },
    augment: {
      description: 'How the training images are varied, as by Keras’ ImageDataGenerator.',
      type: 'object',
      properties: {
        horizontal_flip: { description: 'Mirrors half of them.', type: 'boolean', default: true },
        rotation_range: {
          description: 'Degrees, either way.',
          type: 'number',
          minimum: 0,
          maximum: 180,
          default: 20,
        },
        zoom_range: {
          description: 'Each axis is scaled by 1 − this to 1 + this.',
          type: 'number',
          minimum: 0,
          exclusiveMaximum: 1,
          default: 0.2,
        },
      },
      additionalProperties: false,
      default: {},
    },
    execution: {
      description: '«graph» computes a batch in one go, «eager» op by op, which is slower: for comparison.',
      enum: executionModes,
      default: 'graph',
    },
    towers: {
      description: 'GPUs over which each batch is sliced. Without a GPU the slices take turns on the CPU.',
      type: 'integer',
      minimum: 1,
      default: 1,
    },
    threads: {
      description: 'Threads that share one op. Another number gives other last digits.',
      type: 'integer',
      minimum: 1,
      default: 2,
    },
    save_as: {
      description:
        'What the model is written as beside TensorFlow.js’ own format: model.h5 and model.keras for Keras, model.svg and model.png to look at.',
      type: 'array',
      items: { enum: saveFormats },
      uniqueItems: true,
      default: [],
    },
  },
  required: ['learning_rate', 'epochs', 'batch_size', 'seed'],
} as const;

export type TrainParams = FromSchema<typeof trainParams>;
