import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { TargetTensors } from '../step/target-tensors.ts';
import type { Random } from './random.ts';

/** The size of the images, in pixels. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** A batch of training images with its targets. */
export interface Batch {
  /** float32 [n, height, width, 3], values from 0 to 255. */
  readonly pixels: Tensor4D;
  /**
   * The targets of each image, usually one. The loss is the sum of the losses for all of them: an image that is mixed of
   * two has the targets of both, their weights multiplied by the shares.
   */
  readonly targets: readonly TargetTensors[];
}

/** What an augmentation is given besides the batch. */
export interface AugmentationContext {
  /** TensorFlow.js, whose ops `apply` uses. */
  readonly tf: TensorFlow;
  /** float32 [n, numbers]: what `draws` has drawn for each image. */
  readonly drawn: Tensor2D;
  /**
   * Returns random numbers in [0, 1), float32 of a shape: others in each step, and the same whenever the step is repeated.
   * TensorFlow draws them, so there may be many, such as one for each pixel.
   */
  uniform(shape: readonly number[]): Tensor;
}

/** Numbers that are drawn for each image before the step. */
export interface Draws {
  /** How many there are for each image. */
  readonly numbers: number;
  /** Draws them. */
  readonly draw: (random: Random, size: ImageSize) => readonly number[];
}

/**
 * Changes the images of a training batch at random. `apply` is traced into the graph of a training step: it consists of
 * TensorFlow.js ops on tensors whose values it cannot read, and all that varies from step to step comes from the context.
 */
export interface Augmentation {
  /** Names it in messages. */
  readonly name: string;
  /** Draws what only JavaScript can draw; by default nothing. */
  readonly draws?: Draws;
  /** Returns the batch with other pixels, values from 0 to 255, and with other targets if images are mixed. */
  readonly apply: (batch: Batch, context: AugmentationContext) => Batch;
}
