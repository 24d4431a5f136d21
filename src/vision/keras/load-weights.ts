import type { LayersModel, layers, Tensor } from '@tensorflow/tfjs-node-gpu';
import { problem, type Result, success } from '../../shared/problem.ts';
import type { TensorFlow } from '../tensorflow/load.ts';
import { type Matched, type ModelLayer, matchLayers } from './match-layers.ts';
import { snakeCase } from './object-layout.ts';
import { type SavedWeights, withSavedWeights } from './saved-weights.ts';

type Layer = layers.Layer;

interface LayerWithWeights extends ModelLayer {
  readonly layer: Layer;
}

export interface LoadOptions {
  /** The names of the layers on top of the backbone, which may keep the weights that they have. */
  readonly heads: readonly string[];
  /** A folder for what is in an archive, gone afterwards. */
  readonly scratch: string;
}

export type LoadedWeights = Pick<Matched<ModelLayer>, 'left'>;

/**
 * Gives a model the weights of a file that Keras has written. Where anything does not fit the model stays as it was.
 *
 * @returns which heads were `left` as they were, and why.
 */
export async function loadKerasWeights(
  tf: TensorFlow,
  model: LayersModel,
  file: string,
  { heads, scratch }: LoadOptions,
): Promise<Result<LoadedWeights>> {
  return withSavedWeights(file, scratch, (saved) => {
    const all = model.layers.filter(({ weights }) => weights.length > 0).map(describeLayer);
    const matched = matchLayers(
      all.filter(({ name }) => !heads.includes(name)),
      all.filter(({ name }) => heads.includes(name)),
      saved.layers,
    );
    if (!matched.ok) {
      return problem(`these are not weights of «${model.name}»: ${matched.failure.message}`, {
        at: { file },
        advice: `Take a file of «${model.name}», or the backbone that the file is of.`,
      });
    }
    const assigned = assign(tf, matched.value, saved);
    return assigned.ok ? success({ left: matched.value.left }) : assigned;
  });
}

function assign(tf: TensorFlow, { pairs }: Matched<LayerWithWeights>, { read }: SavedWeights): Result<void> {
  for (const [{ layer }, { weights }] of pairs) {
    const tensors: Tensor[] = [];
    try {
      for (const weight of weights) {
        const values = read(weight);
        if (!values.ok) return values;
        tensors.push(tf.tensor(values.value, [...weight.shape], 'float32'));
      }
      layer.setWeights(tensors);
    } finally {
      tf.dispose(tensors);
    }
  }
  return success(undefined);
}

function describeLayer(layer: Layer): LayerWithWeights {
  return {
    layer,
    name: layer.name,
    kind: snakeCase(layer.getClassName()),
    weights: layer.weights.map(({ originalName, shape }) => ({
      name: originalName.replace(/^.*\//, ''),
      shape: shape.map((size) => size ?? 0),
    })),
  };
}
