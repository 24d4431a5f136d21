import type { SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { LayerFactory } from './layers/layer-factory.ts';

/** The name of the layer before the heads, after the last layer of the backbone. */
export const DROPOUT_LAYER = 'dropout';

/** A task (an attribute to classify) and its number of classes. */
export interface TaskClasses {
  readonly name: string;
  readonly classes: number;
  /** The names of the classes, if the data set has any. */
  readonly class_names?: readonly string[];
}

/**
 * Adds dropout and one softmax classifier for each task on shared features.
 *
 * @param features float32 [n, channels].
 * @param dropout the dropout rate, in [0, 1).
 * @returns for each task, in order, the output float32 [n, classes] of a dense layer named after the task.
 */
export function heads(
  layers: LayerFactory,
  features: SymbolicTensor,
  tasks: readonly TaskClasses[],
  dropout: number,
): SymbolicTensor[] {
  const dropped = layers.dropout(features, { name: DROPOUT_LAYER, rate: dropout });
  return tasks.map((task) => layers.softmaxClassifier(dropped, task));
}
