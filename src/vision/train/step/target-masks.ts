import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';

/** The targets of a batch over all heads' classes side by side: float32 [n, all classes]. */
export interface TargetMasks {
  /** How much each class should get, 0 at the classes of other tasks. */
  readonly target: Tensor2D;
  /** 1 at every class of the sample's task. */
  readonly ownHead: Tensor2D;
}

/** The classes of all heads side by side. */
export interface HeadLayout {
  readonly totalClasses: number;
  /** For each task the column at which its classes begin. */
  readonly offsets: readonly number[];
  readonly classes: readonly number[];
}

/** For each sample the number of its task and of its class within the task. */
export interface BatchTargets {
  readonly taskOf: Uint8Array | Uint16Array;
  readonly classOf: Uint8Array;
}

/** How targets differ from a 1 at the true class. */
export interface TargetOptions {
  /** The share of each target that is spread evenly over the classes of its task, in [0, 1). */
  readonly labelSmoothing?: number;
  /** By the true class, a column of all classes: how often its samples count. */
  readonly classWeights?: Float32Array | undefined;
}

export function headLayout(tasks: readonly { readonly classes: number }[]): HeadLayout {
  const classes = tasks.map((task) => task.classes);
  const offsets = classes.map((_, task) => sum(classes.slice(0, task)));
  return { classes, offsets, totalClasses: sum(classes) };
}

/** @param samples the rows of a batch's samples. */
export function batchTargets(targets: BatchTargets, samples: Int32Array): BatchTargets {
  return {
    taskOf: Uint16Array.from(samples, (sample) => targets.taskOf[sample] ?? 0),
    classOf: Uint8Array.from(samples, (sample) => targets.classOf[sample] ?? 0),
  };
}

/** What `TargetMasks` are made of, row by row. */
export function targetValues(
  { totalClasses, offsets, classes }: HeadLayout,
  { taskOf, classOf }: BatchTargets,
  { labelSmoothing = 0, classWeights }: TargetOptions = {},
): { readonly target: Float32Array; readonly ownHead: Float32Array } {
  const target = new Float32Array(taskOf.length * totalClasses);
  const ownHead = new Float32Array(target.length);
  taskOf.forEach((task, sample) => {
    const [offset, count] = [offsets[task] ?? 0, classes[task] ?? 0];
    const begin = sample * totalClasses + offset;
    const column = classOf[sample] ?? 0;
    const weight = classWeights?.[offset + column] ?? 1;
    ownHead.fill(1, begin, begin + count);
    target.fill((weight * labelSmoothing) / count, begin, begin + count);
    target[begin + column] = weight * (1 - labelSmoothing + labelSmoothing / count);
  });
  return { target, ownHead };
}

export function targetMasks(
  tf: TensorFlow,
  layout: HeadLayout,
  batch: BatchTargets,
  options?: TargetOptions,
): TargetMasks {
  const { target, ownHead } = targetValues(layout, batch, options);
  const shape: [number, number] = [batch.taskOf.length, layout.totalClasses];
  return { target: tf.tensor2d(target, shape), ownHead: tf.tensor2d(ownHead, shape) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
