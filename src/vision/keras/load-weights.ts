import type { LayersModel, layers, Tensor } from '@tensorflow/tfjs-node-gpu';
import { problem, type Result, success } from '../../shared/problem.ts';
import { findNonFiniteWeight } from '../models/finite-weights.ts';
import { replaceCustomClass } from '../models/layers/replace-custom-layers.ts';
import type { TensorFlow } from '../tensorflow/load.ts';
import { type Matched, type ModelLayer, matchLayers } from './match-layers.ts';
import { snakeCase } from './object-layout.ts';
import type { SavedWeights } from './saved-layer.ts';
import { withSavedWeights } from './saved-weights.ts';

type Layer = layers.Layer;

interface LayerWithWeights extends ModelLayer {
  readonly layer: Layer;
}

export interface LoadOptions {
  /** The names of the head layers. A head keeps its initial weights if the file has none that match. */
  readonly heads: readonly string[];
  /** A folder for temporary files, which are deleted afterwards. */
  readonly scratch: string;
}

export type LoadedWeights = Pick<Matched<ModelLayer>, 'skippedHeads'>;

/**
 * Loads the weights of a file saved by Keras or TensorFlow.js into a model, as Keras' `Model.load_weights`. If the file
 * does not match, the model is not changed.
 *
 * @param file `.h5` (model or weights), `.weights.h5` or `.keras`; or a layers model of TensorFlow.js: its `model.json`, or
 *   the folder with it.
 * @returns the heads that kept their weights, with the reason; a problem if the file does not match the backbone.
 */
export async function loadKerasWeights(
  tf: TensorFlow,
  model: LayersModel,
  file: string,
  { heads, scratch }: LoadOptions,
): Promise<Result<LoadedWeights>> {
  return withSavedWeights(tf, file, scratch, (saved) => {
    const all = model.layers.filter(({ weights }) => weights.length > 0).map(describeLayer);
    const matched = matchLayers(
      all.filter(({ name }) => !heads.includes(name)),
      all.filter(({ name }) => heads.includes(name)),
      saved.layers,
    );
    if (!matched.ok) {
      return problem(`the weights do not match the backbone "${model.name}": ${matched.failure.message}`, {
        at: { file },
        advice: `Use a file saved from "${model.name}", or the backbone that the file was saved from.`,
      });
    }
    const assigned = assign(tf, matched.value, saved);
    if (!assigned.ok) return assigned;
    const wrong = findNonFiniteWeight(model);
    if (wrong === undefined) return success({ skippedHeads: matched.value.skippedHeads });
    return problem(`the weights in the file are unusable: ${wrong}`, {
      at: { file },
      advice: 'The training that made the file diverged: use a file from an earlier epoch.',
    });
  });
}

function assign(tf: TensorFlow, { pairs }: Matched<LayerWithWeights>, { read }: SavedWeights): Result<void> {
  for (const [{ layer, weights: own }, { weights }] of pairs) {
    const tensors: Tensor[] = [];
    try {
      for (const [index, weight] of weights.entries()) {
        const values = read(weight);
        if (!values.ok) return values;
        // The file may have other axes of length 1.
        tensors.push(tf.tensor(values.value, [...(own[index]?.shape ?? weight.shape)], 'float32'));
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
    kind: snakeCase(replaceCustomClass(layer.getClassName())),
    weights: layer.weights.map(({ originalName, shape }) => ({
      name: originalName.replace(/^.*\//, ''),
      shape: shape.map((size) => size ?? 0),
    })),
  };
}
