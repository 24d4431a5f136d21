import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import type { Targets } from '../../data/tables/targets.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';

/** The targets of a batch over the concatenated classes of all heads, each float32 [n, all classes]. */
export interface TargetMasks {
  /** The target of each class; 0 for the classes of other tasks. */
  readonly target: Tensor2D;
  /** 1 for the classes of the sample's task, 0 for the others. */
  readonly headMask: Tensor2D;
}

/** The concatenated classes of all heads. */
export interface HeadLayout {
  readonly totalClasses: number;
  /** The column at which the classes of each task begin. */
  readonly offsets: readonly number[];
  /** The number of classes of each task. */
  readonly classes: readonly number[];
}

/** The index of each sample's task, and of its class within the task. */
export interface BatchTargets {
  readonly taskOf: Uint8Array | Uint16Array;
  readonly classOf: Uint8Array;
}

/** Modifications of one-hot targets. */
export interface TargetOptions {
  /** The fraction of each target that is spread evenly over the classes of its task, in [0, 1). */
  readonly labelSmoothing?: number;
  /** float32 [all classes]: the weight of a sample by its true class. */
  readonly classWeights?: Float32Array | undefined;
}

/** Returns the layout of the concatenated heads, in task order. */
export function headLayout(tasks: readonly { readonly classes: number }[]): HeadLayout {
  const classes = tasks.map((task) => task.classes);
  const offsets = classes.map((_, task) => sum(classes.slice(0, task)));
  return { classes, offsets, totalClasses: sum(classes) };
}

/**
 * Selects the targets of a batch.
 *
 * @param samples the row numbers of the batch's samples.
 */
export function batchTargets({ labels }: Pick<Targets, 'labels'>, samples: Int32Array): BatchTargets {
  const own = Array.from(samples, (sample) => labels(sample)[0]);
  return {
    taskOf: Uint16Array.from(own, (label) => label?.task ?? 0),
    classOf: Uint8Array.from(own, (label) => label?.classIndex ?? 0),
  };
}

/** Computes the values of `TargetMasks`, each float32 [n, all classes], row-major. */
export function targetValues(
  { totalClasses, offsets, classes }: HeadLayout,
  { taskOf, classOf }: BatchTargets,
  { labelSmoothing = 0, classWeights }: TargetOptions = {},
): { readonly target: Float32Array; readonly headMask: Float32Array } {
  const target = new Float32Array(taskOf.length * totalClasses);
  const headMask = new Float32Array(target.length);
  taskOf.forEach((task, sample) => {
    const [offset, count] = [offsets[task] ?? 0, classes[task] ?? 0];
    const begin = sample * totalClasses + offset;
    const column = classOf[sample] ?? 0;
    const weight = classWeights?.[offset + column] ?? 1;
    headMask.fill(1, begin, begin + count);
    target.fill((weight * labelSmoothing) / count, begin, begin + count);
    target[begin + column] = weight * (1 - labelSmoothing + labelSmoothing / count);
  });
  return { target, headMask };
}

/** Creates the target tensors of a batch, each float32 [n, all classes]. */
export function targetMasks(
  tf: TensorFlow,
  layout: HeadLayout,
  batch: BatchTargets,
  options?: TargetOptions,
): TargetMasks {
  const { target, headMask } = targetValues(layout, batch, options);
  const shape: [number, number] = [batch.taskOf.length, layout.totalClasses];
  return { target: tf.tensor2d(target, shape), headMask: tf.tensor2d(headMask, shape) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
