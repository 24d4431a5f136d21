/** A layer of a functional model as serialized by TensorFlow.js and Keras. */
export interface LayerJson {
  readonly name: string;
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** One entry for each call of the layer, with the source of each input. */
  readonly inbound_nodes: readonly (readonly InboundJson[])[];
}

/** The source of an input: layer name, index of its call, index of its output, and keyword arguments. */
type InboundJson = readonly [layer: string, node: number, tensor: number, args: object];

/**
 * Replaces custom layers by equivalent built-in layers of TensorFlow.js and Keras, neither of which loads a model with
 * an unknown class. A `CustomScaleLayer` becomes a `Rescaling` of the residual, named `NAME_rescaled`, and an `Add`; a
 * `LayerScale` becomes a `DepthwiseConv2D` of one pixel.
 */
export function replaceCustomLayers(layers: readonly LayerJson[]): LayerJson[] {
  return layers.flatMap((layer) => {
    if (layer.class_name === 'CustomScaleLayer') return rescalingAndAdd(layer);
    return layer.class_name === 'LayerScale' ? [depthwiseConvolution(layer)] : [layer];
  });
}

/** Returns the class of the layer that has the weights of a layer of the given class after `replaceCustomLayers`. */
export function replaceCustomClass(className: string): string {
  return className === 'LayerScale' ? 'DepthwiseConv2D' : className;
}

/** A weight of a layer, such as `kernel`. */
export interface LayerWeight {
  readonly name: string;
  readonly shape: number[];
}

/**
 * Returns the name and the shape that a weight has in the layer by which `replaceCustomLayers` replaces its layer. Its
 * values are the same, in the same order.
 *
 * @param className the class of the layer in the model.
 */
export function replaceCustomWeight(className: string, weight: LayerWeight): LayerWeight {
  return className === 'LayerScale' ? { name: 'depthwise_kernel', shape: [1, 1, ...weight.shape, 1] } : weight;
}

function depthwiseConvolution({ config, ...layer }: LayerJson): LayerJson {
  const { initial_scale: _, ...shared } = config;
  const size = { kernel_size: [1, 1], strides: [1, 1], padding: 'valid', dilation_rate: [1, 1], depth_multiplier: 1 };
  return {
    ...layer,
    class_name: 'DepthwiseConv2D',
    config: { ...shared, ...size, activation: 'linear', use_bias: false },
  };
}

function rescalingAndAdd({ name, config, inbound_nodes: [inbound] }: LayerJson): LayerJson[] {
  const [x, residual] = inbound ?? [];
  if (x === undefined || residual === undefined) throw new Error(`The layer "${name}" needs two inputs.`);
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
