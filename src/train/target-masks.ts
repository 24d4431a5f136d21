import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../tensorflow/load.ts';

/** The targets of a batch over all heads' classes side by side: float32 [n, all classes], 0 or 1. */
export interface TargetMasks {
  /** 1 at the sample's class. */
  readonly trueClass: Tensor2D;
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

export function targetMasks(tf: TensorFlow, layout: HeadLayout, { taskOf, classOf }: BatchTargets): TargetMasks {
  const { totalClasses, offsets, classes } = layout;
  const shape: [number, number] = [taskOf.length, totalClasses];
  const trueClass = new Float32Array(shape[0] * shape[1]);
  const ownHead = new Float32Array(trueClass.length);
  taskOf.forEach((task, sample) => {
    const begin = sample * totalClasses + (offsets[task] ?? 0);
    ownHead.fill(1, begin, begin + (classes[task] ?? 0));
    trueClass[begin + (classOf[sample] ?? 0)] = 1;
  });
  return { trueClass: tf.tensor2d(trueClass, shape), ownHead: tf.tensor2d(ownHead, shape) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
