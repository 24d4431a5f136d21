import type { LayersModel, Variable } from '@tensorflow/tfjs-node-gpu';
import type { HeadLayout } from '../../heads/head-layout.ts';
import { isKernel } from '../../models/kernels.ts';
import type { Predictor } from '../../predict/predictor.ts';
import type { SessionOptions } from '../../tensorflow/session/config-proto.ts';
import type { PreparedRun } from '../../tensorflow/session/session.ts';
import type { Augmentation } from '../augmentations/augmentation.ts';
import type { RandomKey } from '../augmentations/random.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { RateFactors } from '../start/fine-tuning.ts';
import type { BatchLabels, TargetOptions } from './target-tensors.ts';
import type { TrainedWeight, UpdateScalars, WeightUpdatesOptions } from './weight-updates.ts';

export interface ImageBatch {
  /** uint8 [n, height, width, 3]. */
  readonly images: Uint8Array;
  readonly labels: BatchLabels;
}

/** The position of a step in the training run. */
export interface StepPosition extends RandomKey {
  /** The number of updates that the optimizer has made so far. */
  readonly updates: number;
  /** The place of the batch in its group, after which the weights are updated; by default the group is this batch. */
  readonly group?: GroupPosition | undefined;
}

/** The place of a batch in a group of batches whose gradients are averaged. */
export interface GroupPosition {
  /** The share of its samples in those of the group. */
  readonly share: number;
  /** Whether it is the last one of the group. */
  readonly isLast: boolean;
}

export interface StepResult {
  /** The loss of the batch before the update. */
  readonly loss: number;
  /** float32 [n, all columns], before the update, row-major: what the heads put out. */
  readonly outputs: Float32Array;
}

/**
 * The state to resume from: the values of each tensor, in the order of the model's weights and optimizer's variables.
 */
export interface TrainingState {
  readonly weights: readonly Float32Array[];
  readonly optimizer: readonly Float32Array[];
}

/** Trains a model step by step. */
export interface Trainer extends Predictor {
  /**
   * Prepares one step: augmentation, forward pass, loss, backward pass, update. The result is a function of the weights,
   * the optimizer's state and the arguments alone.
   *
   * @param batch must not change until the step has been started.
   */
  prepareStep(batch: ImageBatch, at: StepPosition, learningRate: number): PreparedRun<StepResult>;
  /** Prepares one step and runs it. */
  step(batch: ImageBatch, at: StepPosition, learningRate: number): Promise<StepResult>;
  /** Returns the L2 penalty of the current weights. */
  l2Penalty(): Promise<number>;
  /** Exchanges the trainable weights and their averages, if there are averages and the weights have been updated. */
  swapAverages(): Promise<void>;
  /** Copies the weights and the optimizer's state, with sums of gradients and averages of the weights. */
  state(): Promise<TrainingState>;
  /** Restores weights and optimizer's state. */
  restore(state: TrainingState): Promise<void>;
  /** Writes the current weights to the model. */
  updateModel(): Promise<void>;
}

export interface TrainerOptions extends WeightUpdatesOptions {
  readonly model: LayersModel;
  /** The size of the images, in pixels. */
  readonly height: number;
  readonly width: number;
  readonly layout: HeadLayout;
  /** Applied to each batch in their order; none by default. */
  readonly augmentations?: readonly Augmentation[];
  readonly targets?: TargetOptions;
  /** The factor of the L2 penalty; 0 by default. */
  readonly l2?: number;
  /** The factor on the learning rate for each trainable weight; 1 by default. */
  readonly rateFactors?: RateFactors;
  /** The devices over which each batch is split; by default TensorFlow chooses one for the whole batch. */
  readonly devices?: readonly string[];
  /** How the graph computes. */
  readonly session?: SessionOptions;
  /** The batch sizes that will occur in training, since a graph has fixed shapes, and the largest one in prediction. */
  readonly batchSizes: { readonly training: readonly number[]; readonly prediction: number };
}

/** Returns the sizes of the batches that `samples` samples are split into: `batchSize`, and that of the last batch. */
export function batchSizesOf(samples: number, batchSize: number): number[] {
  const rest = samples % batchSize;
  return [...(samples >= batchSize ? [batchSize] : []), ...(rest > 0 ? [rest] : [])];
}

/** Returns the trainable weights of a model in its order, with what an optimizer has to know of them. */
export function trainedWeights<Kind>(
  { model, rateFactors }: Pick<TrainerOptions, 'model' | 'rateFactors'>,
  variableOf: (variable: Variable) => Kind,
): TrainedWeight<Kind>[] {
  return model.trainableWeights.map((weight, index) => ({
    variable: variableOf(weight.read() as Variable),
    shape: weight.shape as number[],
    isKernel: isKernel(weight),
    rateFactor: rateFactors?.[index] ?? 1,
  }));
}

/** Returns the numbers by which a step updates the weights. */
export function updateNumbers(
  { rate }: Optimizer,
  { updates, group }: StepPosition,
  learningRate: number,
): Record<keyof UpdateScalars, number> {
  return {
    learningRate,
    rate: rate?.(learningRate, updates + 1) ?? learningRate,
    update: updates + 1,
    share: group?.share ?? 1,
    isLast: (group?.isLast ?? true) ? 1 : 0,
  };
}
