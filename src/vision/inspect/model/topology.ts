import { type Loose, listOf, objectOf, textOf } from './loose-json.ts';

/** A layer as a model's file declares it. */
export interface DeclaredLayer {
  readonly name: string;
  readonly type: string;
  readonly config: Loose;
  /** The layers whose outputs are its inputs in its first call. */
  readonly inputs: readonly string[];
  readonly trainable: boolean;
}

/** Returns the layers of a TensorFlow.js or Keras topology, including those of nested models. */
export function layersOf(topology: unknown): DeclaredLayer[] {
  // Keras' own files have one more level.
  const wrapped = objectOf(topology);
  const model = 'model_config' in wrapped ? objectOf(wrapped['model_config']) : wrapped;
  return layersOfModel(model, '', true);
}

function layersOfModel(model: Loose, prefix: string, trainable: boolean): DeclaredLayer[] {
  // In old Sequential models the config itself is the list of layers.
  const layers = Array.isArray(model['config']) ? model['config'] : listOf(objectOf(model['config'])['layers']);
  let previous: string | undefined;
  return layers.flatMap((value) => {
    const layer = objectOf(value);
    const config = objectOf(layer['config']);
    const name = `${prefix}${textOf(layer['name']) ?? textOf(config['name']) ?? '?'}`;
    const type = textOf(layer['class_name']) ?? '?';
    const inputs = Array.isArray(layer['inbound_nodes'])
      ? inboundOf(layer['inbound_nodes'], prefix)
      : previous === undefined
        ? []
        : [previous];
    previous = name;
    const isTrainable = trainable && config['trainable'] !== false;
    const declared: DeclaredLayer = { name, type, config, inputs, trainable: isTrainable };
    const isModel = type === 'Model' || type === 'Functional' || type === 'Sequential';
    return isModel ? [declared, ...layersOfModel(layer, `${name}/`, isTrainable)] : [declared];
  });
}

/** Returns the input layers of the first call: `[[["conv", 0, 0, {}], …]]`. */
function inboundOf(nodes: readonly unknown[], prefix: string): string[] {
  return listOf(nodes[0]).flatMap((entry) => {
    const name = textOf(listOf(entry)[0]);
    return name === undefined ? [] : [`${prefix}${name}`];
  });
}
