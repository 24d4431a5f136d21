import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import type { Predictor } from '../../predict/predictor.ts';
import type { OptimizerOptions } from '../optimizers/optimizer.ts';
import type { RateFactors } from '../start/fine-tuning.ts';
import type { Augmentation, DrawPoint } from './augmentation.ts';
import type { ClipOptions } from './clip-gradients.ts';
import type { BatchTargets, HeadLayout, TargetOptions } from './target-masks.ts';

export interface ImageBatch extends BatchTargets {
  /** uint8 [n, height, width, 3]. */
  readonly images: Uint8Array;
}

/** A step's place in the training. */
export interface StepPosition extends DrawPoint {
  /** How many updates the optimizer has made before. */
  readonly updates: number;
}

export interface StepResult {
  /** Of the batch, before the update. */
  readonly loss: number;
  /** [n, all classes], before the update, row by row. */
  readonly probabilities: Float32Array;
}

/** What a training goes on from: each tensor's values, in an order that the model and the optimizer give. */
export interface TrainingState {
  readonly weights: readonly Float32Array[];
  readonly optimizer: readonly Float32Array[];
}

/** Trains a model, step by step. */
export interface Trainer extends Predictor {
  /**
   * Augmentation, forward, loss, gradients, update. What it does follows from the weights, the optimizer's state, the batch,
   * the position and the learning rate alone.
   */
  step(batch: ImageBatch, at: StepPosition, learningRate: number): StepResult;
  state(): TrainingState;
  restore(state: TrainingState): void;
  /** Gives the model the weights as they are now. */
  updateModel(): void;
}

export interface TrainerOptions {
  readonly model: LayersModel;
  /** Of the images, in pixels. */
  readonly height: number;
  readonly width: number;
  readonly layout: HeadLayout;
  readonly optimizer: OptimizerOptions;
  readonly augmentation: Augmentation;
  readonly targets?: TargetOptions;
  readonly clip?: ClipOptions;
  readonly l2?: number;
  /** Without them every weight learns at the whole rate. */
  readonly rateFactors?: RateFactors;
  /** Over which each batch is sliced; without any, TensorFlow chooses one for the whole batch. */
  readonly devices?: readonly string[];
  /** How many images a step and a prediction are given at a time: a graph has its numbers fixed. */
  readonly batchSizes: { readonly training: readonly number[]; readonly prediction: readonly number[] };
}

/** The numbers of samples that batches of `batchSize` have. */
export function batchSizesOf(samples: number, batchSize: number): number[] {
  const rest = samples % batchSize;
  return [...(samples >= batchSize ? [batchSize] : []), ...(rest > 0 ? [rest] : [])];
}
