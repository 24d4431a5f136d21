import { AVERAGES } from '../heads/average.ts';
import { threadsParam } from '../tensorflow/threads-param.ts';
import { executionModes } from '../train/step/execution-mode.ts';
import type { EnsembleOptions } from './ensemble.ts';

/** The params of the stages that predict with one or more models. */
export const modelParams = {
  batch_size: { description: 'The number of images per batch.', type: 'integer', minimum: 1, default: 32 },
  model_weights: {
    description:
      'If there are several models, how much each of them counts, in the order of their matrix values; all count the ' +
      'same by default.',
    type: 'array',
    items: { type: 'number', minimum: 0 },
    minItems: 1,
  },
  average: {
    description:
      'How the predictions of several models are averaged: `probabilities` is the arithmetic mean, `logarithms` the ' +
      'normalized geometric one.',
    enum: AVERAGES,
    default: 'probabilities',
  },
  test_time_augmentation: {
    description:
      'Variants of each image that are predicted, too, and averaged with it. Each takes as long as the image.',
    type: 'object',
    properties: {
      horizontal_flip: { description: 'Whether the mirrored image is one.', type: 'boolean', default: false },
      scales: {
        description: 'How much the image is enlarged around its centre, such as [1, 1.15]; 1 is the image itself.',
        type: 'array',
        items: { type: 'number', minimum: 1, maximum: 4 },
        minItems: 1,
        default: [1],
      },
    },
    default: {},
  },
  execution: {
    description: '`graph` runs each batch as one TensorFlow graph; `eager` runs it op by op (slower, for comparison).',
    enum: executionModes,
    default: 'graph',
  },
  threads: threadsParam,
} as const;

/** The values of these params. */
interface ModelParams {
  readonly batch_size: number;
  readonly model_weights?: readonly number[] | undefined;
  readonly average: EnsembleOptions['average'];
  readonly test_time_augmentation: { readonly horizontal_flip: boolean; readonly scales: readonly number[] };
  readonly execution: EnsembleOptions['execution'];
  readonly threads: number;
}

/** Which models predict, and how. */
export interface ModelOptions extends EnsembleOptions {
  /** How much each model counts; equally if omitted. */
  readonly modelWeights: readonly number[] | undefined;
}

export function modelOptions(params: ModelParams): ModelOptions {
  const { batch_size: batchSize, model_weights: modelWeights, average, execution, threads } = params;
  const { horizontal_flip: horizontalFlip, scales } = params.test_time_augmentation;
  return { batchSize, modelWeights, average, augmentation: { horizontalFlip, scales }, execution, threads };
}
