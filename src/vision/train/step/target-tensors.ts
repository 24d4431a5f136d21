import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import type { Targets, TaskLabel } from '../../data/tables/targets.ts';
import type { HeadLayout } from '../../heads/head-layout.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';

/** The targets of a batch over the concatenated columns of all heads, each float32 [n, all columns]. */
export interface TargetTensors {
  /** The encoded labels; 0 in the columns of tasks that a sample is not labelled for. */
  readonly target: Tensor2D;
  /** How much each column counts in the loss: 0 for what a sample is not labelled with, 1 or the weight of its class otherwise. */
  readonly weight: Tensor2D;
}

/** The labels of each sample of a batch. */
export type BatchLabels = readonly (readonly TaskLabel[])[];

/** How labels are encoded. */
export interface TargetOptions {
  /** In [0, 1). */
  readonly labelSmoothing?: number;
  /** By task index, float32 [classes]: the weights of its classes. */
  readonly classWeights?: readonly (Float32Array | undefined)[] | undefined;
}

/** Returns the labels of the samples with these rows. */
export function batchLabels({ labels }: Pick<Targets, 'labels'>, samples: Int32Array): BatchLabels {
  return Array.from(samples, labels);
}

/** Computes the values of `TargetTensors`, each float32 [n, all columns], row-major. */
export function targetValues(
  { heads, totalColumns }: HeadLayout,
  labels: BatchLabels,
  { labelSmoothing = 0, classWeights }: TargetOptions = {},
): { readonly target: Float32Array; readonly weight: Float32Array } {
  const target = new Float32Array(labels.length * totalColumns);
  const weight = new Float32Array(target.length);
  for (const [sample, own] of labels.entries()) {
    for (const { task: index, text } of own) {
      const placed = heads[index];
      if (placed === undefined) continue;
      const { task, head, offset, columns } = placed;
      const begin = sample * totalColumns + offset;
      const of = (values: Float32Array) => values.subarray(begin, begin + columns);
      const options = { labelSmoothing, classWeights: classWeights?.[index] };
      head.encode(text, { target: of(target), weight: of(weight) }, task, options);
    }
  }
  return { target, weight };
}

/** Creates the target tensors of a batch, each float32 [n, all columns]. */
export function targetTensors(
  tf: TensorFlow,
  layout: HeadLayout,
  labels: BatchLabels,
  options?: TargetOptions,
): TargetTensors {
  const { target, weight } = targetValues(layout, labels, options);
  const shape: [number, number] = [labels.length, layout.totalColumns];
  return { target: tf.tensor2d(target, shape), weight: tf.tensor2d(weight, shape) };
}
