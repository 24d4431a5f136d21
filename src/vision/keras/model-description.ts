import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import type { Problem } from '../../shared/problem.ts';
import { type LayerJson, replaceCustomLayers } from '../models/layers/replace-custom-layers.ts';
import type { KerasLayer } from './keras-layer.ts';
import { inKerasOrder } from './layer-order.ts';
import { isKnownToKeras, toKerasLayer } from './layers.ts';

/** A functional model in Keras' terms, with its layers in Keras' order. */
export interface KerasModel {
  readonly name: string;
  readonly layers: readonly KerasLayer[];
  readonly outputs: readonly string[];
}

interface ModelJson {
  readonly name: string;
  readonly layers: readonly LayerJson[];
  readonly output_layers: readonly (readonly [string, number, number])[];
}

/** Returns why a model cannot be saved for Keras, which a backbone with layers of its own may not be. */
export function kerasProblems(model: LayersModel): Problem[] {
  const advice = 'Use another layer there, or remove h5 and keras from save_as.';
  return replaceCustomLayers(configOf(model).layers).flatMap(
    ({ name, class_name: className, inbound_nodes: calls }) => [
      ...(isKnownToKeras(className)
        ? []
        : [{ message: `the layer "${name}" has the class ${className}, which Keras does not have`, advice }]),
      ...(calls.length > 1
        ? [{ message: `the layer "${name}" is used more than once, which cannot be saved for Keras`, advice }]
        : []),
    ],
  );
}

function configOf(model: LayersModel): ModelJson {
  return (model.toJSON(null, false) as unknown as { readonly config: ModelJson }).config;
}

/**
 * Describes a model in Keras' terms. Custom layers are replaced by equivalent Keras layers.
 *
 * @throws if the model has one of the `kerasProblems`.
 */
export function describeModel(model: LayersModel): KerasModel {
  const { name, layers: own, output_layers } = configOf(model);
  const layers = replaceCustomLayers(own).map((layer) => toKerasLayer(layer, inputsOf(layer)));
  const outputs = output_layers.map(([name]) => name);
  return { name, layers: inKerasOrder(layers, outputs), outputs };
}

function inputsOf({ name, inbound_nodes }: LayerJson): string[] {
  const [call = [], another] = inbound_nodes;
  if (another !== undefined)
    throw new Error(`The layer "${name}" is used more than once, which cannot be saved for Keras.`);
  return call.map(([input]) => input);
}

/**
 * Returns the configuration from which both Keras 3 and tf_keras build the model.
 *
 * @param withModules whether to name the module of each class, as in `.keras` but not in `.h5` files.
 */
export function modelConfig({ name, layers, outputs }: KerasModel, withModules: boolean): Record<string, unknown> {
  const classOf = (className: string, module: string) => ({
    ...(withModules && { module, registered_name: null }),
    class_name: className,
  });
  const inputs = layers.filter(({ className }) => className === 'InputLayer');
  return {
    ...classOf('Model', 'keras'),
    config: {
      name,
      trainable: true,
      layers: layers.map((layer) => ({
        ...classOf(layer.className, 'keras.layers'),
        name: layer.name,
        config: layer.config,
        inbound_nodes: layer.inputs.length === 0 ? [] : [layer.inputs.map((input) => [input, 0, 0, {}])],
      })),
      input_layers: inputs.map((layer) => [layer.name, 0, 0]),
      output_layers: outputs.map((output) => [output, 0, 0]),
    },
  };
}
