import { defineStage } from 'pipeline';
import { backboneNames } from '../src/models/index.ts';
import { executionModes } from '../src/train/execution-mode.ts';
import { epochMetrics } from '../src/train/history.ts';
import { saveFormats } from '../src/train/save-as.ts';
import { train } from '../src/train/train.ts';

/** Trains a classifier of all tasks on the training split, from the start or from where another one ended. */
export default defineStage({
  params: {
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
      learning_rate: { type: 'number', exclusiveMinimum: 0 },
      decay: {
        description: 'The rate at step t of the stage is learning_rate / (1 + decay · t).',
        type: 'number',
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
  },
  inputs: ['shards', 'targets', 'model?', 'weights?'],
  outputs: ['model', 'history.json'],
  async run({ params, inputs, outputs, metrics, work, downloads, ...watcher }) {
    const { backbone, learning_rate: learningRate, batch_size: batchSize, augment } = params;
    const { decay, epochs, seed, dropout, threads, execution, momentum, nesterov } = params;
    const trained = await train(
      {
        shards: inputs.shards,
        targets: inputs.targets,
        startFrom: inputs.model,
        weights: inputs.weights,
        work,
        downloads,
        ...outputs,
      },
      {
        backbone,
        optimizer: params.optimizer === 'adam' ? { name: 'adam' } : { name: 'sgd', momentum, nesterov },
        augmentation: {
          horizontalFlip: augment.horizontal_flip,
          rotationRange: augment.rotation_range,
          zoomRange: augment.zoom_range,
        },
        learningRate,
        batchSize,
        decay,
        epochs,
        seed,
        dropout,
        threads,
        execution,
        weights: params.weights,
        saveAs: params.save_as,
      },
      watcher,
    );
    if (!trained.ok) return trained.failure;
    const last = trained.value.at(-1);
    if (last !== undefined) metrics(epochMetrics(last));
  },
});
