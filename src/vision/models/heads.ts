import type { SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { PlacedHead } from '../heads/head-layout.ts';
import { InvalidHead } from '../heads/invalid-head.ts';
import { shown } from '../invalid-module-code.ts';
import type { LayerFactory } from './layers/layer-factory.ts';

/** The name of the layer before the heads, after the last layer of the backbone. */
export const DROPOUT_LAYER = 'dropout';

/**
 * Adds dropout and the layers of each head on shared features.
 *
 * @param features float32 [n, channels].
 * @param dropout the dropout rate, in [0, 1).
 * @returns for each head, in order, its output float32 [n, columns].
 * @throws an `InvalidHead` if one adds no such layers.
 */
export function buildHeads(
  layers: LayerFactory,
  features: SymbolicTensor,
  heads: readonly PlacedHead[],
  dropout: number,
): SymbolicTensor[] {
  const dropped = layers.dropout(features, { name: DROPOUT_LAYER, rate: dropout });
  return heads.map(({ head, task, columns }) => {
    const output: unknown = head.build(layers, dropped, task);
    const expected = `expected the output of a layer, of ${columns} columns`;
    const advice = 'Return what its last layer puts out from its "build", with as many columns as its "columns" says.';
    if (!(output instanceof layers.tf.SymbolicTensor))
      throw new InvalidHead(head, task, `returned ${shown(output)} from "build", ${expected}`, advice);
    const [, ...sizes] = output.shape;
    if (sizes.length !== 1 || sizes[0] !== columns)
      throw new InvalidHead(head, task, `put out [n, ${sizes.join(', ')}], ${expected}`, advice);
    return output;
  });
}
