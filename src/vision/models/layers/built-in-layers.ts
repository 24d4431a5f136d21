/** A layer of a functional model as TensorFlow.js and Keras write it. */
export interface LayerJson {
  readonly name: string;
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** One entry a call of the layer: for each input the layer it comes from, that layer's call and output, arguments. */
  readonly inbound_nodes: readonly (readonly InboundJson[])[];
}

type InboundJson = readonly [layer: string, node: number, tensor: number, args: object];

/**
 * Says the same with layers that TensorFlow.js and Keras have: neither loads a model with a class that it doesn't know.
 * A CustomScaleLayer becomes a Rescaling of the residual, under a name of its own, and an Add.
 */
export function withBuiltInLayers(layers: readonly LayerJson[]): LayerJson[] {
  return layers.flatMap((layer) => (layer.class_name === 'CustomScaleLayer' ? rescalingAndAdd(layer) : [layer]));
}

function rescalingAndAdd({ name, config, inbound_nodes: [inbound] }: LayerJson): LayerJson[] {
  const [x, residual] = inbound ?? [];
  if (x === undefined || residual === undefined) throw new Error(`The layer ${name} adds two tensors.`);
  const { scale, ...shared } = config;
  const rescaled = `${name}_rescaled`;
  return [
    {
      name: rescaled,
      class_name: 'Rescaling',
      config: { ...shared, name: rescaled, scale, offset: 0 },
      inbound_nodes: [[residual]],
    },
    { name, class_name: 'Add', config: shared, inbound_nodes: [[x, [rescaled, 0, 0, {}]]] },
  ];
}
