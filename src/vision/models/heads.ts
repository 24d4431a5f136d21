import type { SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { LayerFactory } from './layers/layer-factory.ts';

/** One attribute to classify. */
export interface TaskClasses {
  readonly name: string;
  readonly classes: number;
}

/**
 * One softmax classifier a task on shared features.
 *
 * @param features [n, channels].
 * @returns for each task, in order, the output [n, classes] of a dense layer named after the task.
 */
export function heads(
  layers: LayerFactory,
  features: SymbolicTensor,
  tasks: readonly TaskClasses[],
  dropout: number,
): SymbolicTensor[] {
  const dropped = layers.dropout(features, { name: 'dropout', rate: dropout });
  return tasks.map((task) => layers.softmaxClassifier(dropped, task));
}
