import type { LayersModel, layers } from '@tensorflow/tfjs-node-gpu';

export type Layer = layers.Layer;

/** A sequence of layers without branches. */
export interface Chain {
  readonly layers: readonly Layer[];
  /** The first layers of the chains that its output goes into. */
  readonly into: readonly Layer[];
}

/**
 * Splits a model into chains, in layer order. A drawing of a network of a thousand layers is only readable if each
 * chain is one box.
 */
export function chainsOf(model: LayersModel): readonly Chain[] {
  const into = new Map<Layer, Layer[]>(model.layers.map((layer) => [layer, []]));
  const from = new Map<Layer, readonly Layer[]>();
  for (const layer of model.layers) {
    const sources = layer.inboundNodes
      .flatMap(({ inboundLayers }) => inboundLayers)
      .filter((source) => into.has(source));
    from.set(layer, sources);
    for (const source of sources) into.get(source)?.push(layer);
  }
  const next = (layer: Layer): Layer | undefined => {
    const [follower, ...others] = into.get(layer) ?? [];
    return follower !== undefined && others.length === 0 && from.get(follower)?.length === 1 ? follower : undefined;
  };
  const inside = new Set(model.layers.map(next));
  return model.layers
    .filter((layer) => !inside.has(layer))
    .map((first) => {
      const layers = [first];
      for (let layer = next(first); layer !== undefined; layer = next(layer)) layers.push(layer);
      return { layers, into: into.get(layers.at(-1) as Layer) ?? [] };
    });
}
