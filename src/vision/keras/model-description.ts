import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { type LayerJson, replaceCustomLayers } from '../models/layers/replace-custom-layers.ts';
import type { KerasLayer } from './keras-layer.ts';
import { inKerasOrder } from './layer-order.ts';
import { toKerasLayer } from './layers.ts';

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

/**
 * Describes a model in Keras' terms. Custom layers are replaced by equivalent Keras layers.
 *
 * @throws if a layer is used more than once.
 */
export function describeModel(model: LayersModel): KerasModel {
  const { config } = model.toJSON(null, false) as unknown as { readonly config: ModelJson };
  const layers = replaceCustomLayers(config.layers).map((layer) => toKerasLayer(layer, inputsOf(layer)));
  const outputs = config.output_layers.map(([name]) => name);
  return { name: config.name, layers: inKerasOrder(layers, outputs), outputs };
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
