import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import type { HeadTensors } from '../../heads/head.ts';
import type { HeadLayout, PlacedHead } from '../../heads/head-layout.ts';
import { checkedLoss } from '../../heads/invalid-head.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { type BatchLabels, type TargetOptions, type TargetTensors, targetTensors } from './target-tensors.ts';

/**
 * Computes the mean over a batch of the sum of the losses of all heads. A head gets a gradient of exactly zero from samples
 * that are not labelled for its task.
 *
 * @param outputs float32 [n, all columns]: the outputs of all heads, concatenated.
 * @returns the scalar loss.
 */
export function meanLoss(tf: TensorFlow, layout: HeadLayout, outputs: Tensor2D, targets: TargetTensors): Scalar {
  return tf.tidy(() => tf.mean(sampleLosses(tf, layout, outputs, targets)));
}

/** Returns the sum of the losses of all heads for each sample, float32 [n]. */
function sampleLosses(
  tf: TensorFlow,
  layout: HeadLayout,
  outputs: Tensor2D,
  { target, weight }: TargetTensors,
): Tensor1D {
  const all = { outputs, target, weight };
  const losses = groupsOf(layout).map((group) => lossOfGroup(tf, group, columnsOf(tf, all, group, layout)));
  return losses.reduce((sum, each) => tf.add(sum, each));
}

/** Heads side by side whose losses are computed together. */
type HeadGroup = readonly [PlacedHead, ...PlacedHead[]];

/** Divides the heads into groups: many small ops would take longer than one for all. */
function groupsOf({ heads }: HeadLayout): readonly HeadGroup[] {
  const groups: [PlacedHead, ...PlacedHead[]][] = [];
  for (const placed of heads) {
    const last = groups.at(-1);
    if (last?.[0].head === placed.head && placed.head.jointLoss !== undefined) last.push(placed);
    else groups.push([placed]);
  }
  return groups;
}

function lossOfGroup(tf: TensorFlow, group: HeadGroup, tensors: HeadTensors): Tensor1D {
  const [{ head, task }, ...others] = group;
  const tasks = group.map((placed) => placed.task);
  if (others.length > 0 && head.jointLoss !== undefined) return head.jointLoss(tf, tensors, tasks);
  return checkedLoss(tf, head, task, tensors, head.loss(tf, tensors, task));
}

/** Cuts out the columns of a group of heads. */
function columnsOf(tf: TensorFlow, tensors: HeadTensors, group: HeadGroup, { totalColumns }: HeadLayout): HeadTensors {
  const [{ offset }] = group;
  const columns = group.reduce((sum, each) => sum + each.columns, 0);
  if (columns === totalColumns) return tensors;
  const cut = (tensor: Tensor) => tf.slice(tensor, [0, offset], [tensor.shape[0] ?? 0, columns]) as Tensor2D;
  return { outputs: cut(tensors.outputs), target: cut(tensors.target), weight: cut(tensors.weight) };
}

/** Computes the loss of a batch from outputs in memory, float32 [n, all columns], row-major: the sum over its samples. */
export type BatchLoss = (outputs: Float32Array, labels: BatchLabels, options?: TargetOptions) => number;

/** Returns a function that computes the loss of a batch op by op. */
export function batchLoss(tf: TensorFlow, layout: HeadLayout): BatchLoss {
  return (outputs, labels, options) =>
    tf.tidy(() => {
      const tensor = tf.tensor2d(outputs, [labels.length, layout.totalColumns]);
      const losses = sampleLosses(tf, layout, tensor, targetTensors(tf, layout, labels, options));
      return losses.dataSync<'float32'>().reduce((sum, loss) => sum + loss, 0);
    });
}
