import type { SymbolicTensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import type { LabelKind } from '../data/tables/label-kind.ts';
import type { LayerFactory } from '../models/layers/layer-factory.ts';
import type { TensorFlow } from '../tensorflow/load.ts';

/** A task as a head sees it. */
export interface HeadTask {
  readonly name: string;
  /** What its labels are; `class` if absent. */
  readonly kind?: LabelKind;
  /** The number of classes; for labels of numbers, the number of these. */
  readonly classes: number;
  /** The names of the classes, if the data set has any. */
  readonly class_names?: readonly string[];
  /** The name of its head; the default one of the kind if absent. */
  readonly head?: string;
  /** What `fit` of its head returned. */
  readonly fitted?: Fitted;
}

/** Numbers that a head has learnt from the labels of the training split before the training, such as their means. */
export type Fitted = Readonly<Record<string, readonly number[]>>;

/** How the labels are encoded, as the params of the training say. */
export interface EncodeOptions {
  /** In [0, 1). */
  readonly labelSmoothing: number;
  /** float32 [classes]: a weight for each class, as the param `class_weights` gives them; all are 1 if absent. */
  readonly classWeights?: Float32Array | undefined;
}

/** The columns of one head for a sample, to be filled in. Both begin as zeros: a sample without a label. */
export interface EncodedLabel {
  /** float32 [columns]. */
  readonly target: Float32Array;
  /** float32 [columns]: how much each column counts in the loss. 0 for what is unknown. */
  readonly weight: Float32Array;
}

/** A batch as a loss takes it, each float32 [n, columns]. */
export interface HeadTensors {
  /** What the head put out. */
  readonly outputs: Tensor2D;
  readonly target: Tensor2D;
  /** 0 in all columns of a sample that is not labelled for the task. */
  readonly weight: Tensor2D;
}

/**
 * Returns a metric of a sample, of which training and evaluation show the mean; NaN leaves the sample out.
 *
 * @param answer what `decode` returned.
 * @param label the true label, as `HeadTask.kind` says.
 */
export type HeadMetric = (answer: Float32Array, label: string, task: HeadTask) => number;

/**
 * The part of a model for one task: how its labels are encoded, the layers, the loss, and how what they put out becomes an
 * answer. A value without state: the same head may be that of several tasks.
 */
export interface Head {
  /** The name under which a saved model says which head it has. Another one than those of the built-in heads. */
  readonly name: string;
  /** The kinds of labels that it can learn. */
  readonly kinds: readonly LabelKind[];
  /** Returns the number of columns that its layers put out. */
  readonly columns: (task: HeadTask) => number;
  /** Learns something from the labels of the training split, once: a model that is trained further keeps it. */
  readonly fit?: (labels: readonly string[], task: HeadTask) => Fitted;
  /**
   * Adds the layers: maps float32 [n, channels] to float32 [n, columns]. The last layer with weights is named after the task,
   * the names of others begin with that and `_`. For the same task it must add the same layers with the same names.
   */
  readonly build: (layers: LayerFactory, features: SymbolicTensor, task: HeadTask) => SymbolicTensor;
  /** Encodes a label. */
  readonly encode: (label: string, into: EncodedLabel, task: HeadTask, options: EncodeOptions) => void;
  /**
   * Returns the loss of each sample, float32 [n]. It is traced into the graph of a training step, so it consists of
   * TensorFlow.js ops. Where `weight` is 0, the gradient must be exactly 0: multiply by it what is finite.
   */
  readonly loss: (tf: TensorFlow, tensors: HeadTensors, task: HeadTask) => Tensor1D;
  /**
   * Returns the sum of the losses of several tasks whose columns lie side by side, as calling `loss` for each would. A
   * faster way for many tasks, which need not be there.
   */
  readonly jointLoss?: (tf: TensorFlow, tensors: HeadTensors, tasks: readonly HeadTask[]) => Tensor1D;
  /**
   * Turns what the layers put out for an image into an answer of as many numbers as `HeadTask.classes`: for labels that are a
   * class (`class`, `ordered`) probabilities that sum to 1, for `classes` the probability of each, for `numbers` these.
   *
   * @param outputs float32 [columns].
   */
  readonly decode: (outputs: Float32Array, task: HeadTask) => Float32Array;
  /** For labels of the kind `classes`: the probability from which a class is part of the answer. 0.5 by default. */
  readonly threshold?: number;
  /** The metrics by name, such as `acc`: shown for each epoch under that name. */
  readonly metrics: Readonly<Record<string, HeadMetric>>;
}

/** Heads by the name of their task. */
export type Heads = Readonly<Record<string, Head>>;
