import type { Scalar, Tensor, Variable as TensorVariable } from '@tensorflow/tfjs-node-gpu';
import { executeOp } from '../../tensorflow/execute-op.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { checkedUpdate } from '../optimizers/invalid-optimizer.ts';
import type { Optimizer, WeightUpdate } from '../optimizers/optimizer.ts';
import { type ClipOptions, clipGradients } from './clip-gradients.ts';

/** Reads and changes variables: those of a graph that is being traced, or those of TensorFlow.js at once. */
export interface VariableAccess<Variable> {
  /** Returns the value before the step. */
  read(variable: Variable): Tensor;
  /** Returns the value after the updates so far. */
  readUpdated(variable: Variable): Tensor;
  assign(variable: Variable, value: Tensor): void;
  /** Makes the updates of `work` only if a boolean scalar is true. */
  onlyIf(condition: Tensor, work: () => void): void;
  /** Returns the handle of a variable for ops that update it in place; only in a graph. */
  handle?(variable: Variable): Tensor;
}

/** Access to variables of TensorFlow.js. They change at once, so that a value is copied when it is read. */
export const immediateAccess: VariableAccess<TensorVariable> = {
  read: (variable) => variable.clone(),
  readUpdated: (variable) => variable.clone(),
  assign: (variable, value) => void variable.assign(value as TensorVariable),
  onlyIf(condition, work) {
    if (condition.dataSync()[0] === 1) work();
  },
};

/** A trainable weight. */
export interface TrainedWeight<Variable> {
  readonly variable: Variable;
  readonly shape: readonly number[];
  readonly isKernel: boolean;
  /** The factor on the learning rate. */
  readonly rateFactor: number;
}

export interface WeightUpdatesOptions {
  readonly optimizer: Optimizer;
  readonly clip?: ClipOptions | undefined;
  /** Of how many batches the gradients are averaged for one update; 1 by default. */
  readonly accumulate?: number | undefined;
  /** Keeps exponential moving averages of the trainable weights; none by default. */
  readonly ema?: { readonly momentum: number } | undefined;
}

/** float32 scalars that differ from step to step. */
export interface UpdateScalars {
  readonly learningRate: Tensor;
  /** The learning rate that the optimizer computes from it. */
  readonly rate: Tensor;
  /** The number of the update, counted from 1. */
  readonly update: Tensor;
  /** The share of the samples of this batch in those of its group. */
  readonly share: Tensor;
  /** 1 if the batch is the last of its group, otherwise 0. */
  readonly isLast: Tensor;
}

/** What changes the trainable weights after the gradients of a batch have been computed. */
export interface WeightUpdates<Variable> {
  /**
   * Updates the weights, or adds the gradients to those of the batches before if others of the group follow.
   *
   * @param finite a boolean scalar: whether all gradients are finite. Without it that is not asked for; with it, a group
   *   with other gradients changes no weight.
   */
  apply(
    access: VariableAccess<Variable>,
    gradients: readonly Tensor[],
    scalars: UpdateScalars,
    finite?: Tensor | undefined,
  ): void;
  /** Exchanges the weights and their averages. */
  swapAverages(access: VariableAccess<Variable>): void;
}

/**
 * Creates the updates of a training, the same ones for a graph and op by op.
 *
 * @param state creates a variable of a shape, initialized to zero. It is called for what the optimizer keeps, then for
 *   sums of gradients, then for the averages.
 */
export function createWeightUpdates<Variable>(
  tf: TensorFlow,
  weights: readonly TrainedWeight<Variable>[],
  { optimizer, clip = {}, accumulate = 1, ema }: WeightUpdatesOptions,
  state: (shape: readonly number[]) => Variable,
): WeightUpdates<Variable> {
  const perWeight = () => weights.map(({ shape }) => state(shape));
  const slots = Array.from({ length: optimizer.slots }, perWeight);
  const sums = accumulate > 1 ? perWeight() : undefined;
  const averages = ema && { variables: perWeight(), momentum: ema.momentum, started: state([]) };
  const averaged = (averages?.variables ?? []).flatMap((average, index) => {
    const weight = weights[index]?.variable;
    return weight === undefined ? [] : [{ weight, average }];
  });

  function update(access: VariableAccess<Variable>, gradients: readonly Tensor[], scalars: UpdateScalars) {
    const clipped = clipGradients(tf, gradients, clip);
    weights.forEach((weight, index) => {
      const gradient = clipped[index];
      const own = slots.flatMap((slot) => slot[index] ?? []);
      if (gradient !== undefined) updateWeight(tf, optimizer, access, weight, own, gradient, scalars);
    });
    if (averages === undefined) return;
    // As in Keras, the averages begin as the weights after the first update.
    const momentum = tf.mul(access.read(averages.started), averages.momentum);
    for (const { weight, average } of averaged) {
      const [before, now] = [access.read(average), access.readUpdated(weight)];
      access.assign(average, tf.add(tf.mul(momentum, before), tf.mul(tf.sub(1, momentum), now)));
    }
    access.assign(averages.started, tf.scalar(1));
  }

  return {
    apply(access, gradients, scalars, finite) {
      if (sums === undefined) {
        const now = () => update(access, gradients, scalars);
        if (finite === undefined) now();
        else access.onlyIf(finite, now);
        return;
      }
      const isLast = tf.greater(scalars.isLast, 0);
      const totals = gradients.map((gradient, index) => {
        const sum = sums[index];
        const own = tf.mul(gradient, scalars.share);
        return sum === undefined ? own : tf.add(access.read(sum), own);
      });
      const condition = finite === undefined ? isLast : tf.logicalAnd(isLast, allFinite(tf, totals));
      access.onlyIf(condition, () => update(access, totals, scalars));
      sums.forEach((sum, index) => {
        const total = totals[index];
        if (total !== undefined) access.assign(sum, select(tf, isLast, tf.scalar(0), total));
      });
    },
    swapAverages(access) {
      if (averages === undefined) return;
      access.onlyIf(tf.greater(access.read(averages.started), 0), () => {
        for (const { weight, average } of averaged) {
          const [before, mean] = [access.read(weight), access.read(average)];
          access.assign(weight, mean);
          access.assign(average, before);
        }
      });
    },
  };
}

function updateWeight<Variable>(
  tf: TensorFlow,
  optimizer: Optimizer,
  access: VariableAccess<Variable>,
  { variable, isKernel, rateFactor }: TrainedWeight<Variable>,
  slots: readonly Variable[],
  gradient: Tensor,
  scalars: UpdateScalars,
): void {
  const of: WeightUpdate = {
    ...{ tf, gradient, isKernel },
    weight: access.read(variable),
    slots: slots.map((slot) => access.read(slot)),
    learningRate: tf.mul<Scalar>(scalars.learningRate, rateFactor),
    rate: tf.mul<Scalar>(scalars.rate, rateFactor),
    update: scalars.update as Scalar,
  };
  const { inPlace } = optimizer.update;
  const { handle } = access;
  if (inPlace !== undefined && handle !== undefined) {
    const setWeight = (value: Tensor) => access.assign(variable, value);
    inPlace(of, { weight: handle(variable), slots: slots.map((slot) => handle(slot)), setWeight });
    return;
  }
  const updated = checkedUpdate(optimizer, of);
  access.assign(variable, updated.weight);
  slots.forEach((slot, index) => {
    const value = updated.slots[index];
    if (value !== undefined) access.assign(slot, value);
  });
}

/** Returns a boolean scalar: whether all values of all tensors are finite. */
export function allFinite(tf: TensorFlow, tensors: readonly Tensor[]): Tensor {
  return tf.all(tf.stack(tensors.map((tensor) => tf.all(tf.isFinite(tensor)))));
}

/** Returns one tensor or the other by a boolean scalar. `tf.where` would make the condition as large as the tensors. */
function select(tf: TensorFlow, condition: Tensor, one: Tensor, other: Tensor): Tensor {
  const attributes = { T: { type: 'float' } } as const;
  const inputs = [condition, one, other];
  return executeOp(tf, { name: 'SelectV2', attributes, inputs, outputs: ['selected'] }).selected;
}
