import type { KerasLayer } from './keras-layer.ts';

/**
 * Sorts layers in the order in which Keras has them after building a model from its configuration. Keras assigns saved
 * weights in this order: by decreasing depth (distance from the outputs), then in the order of a depth-first traversal
 * from the outputs.
 */
export function inKerasOrder(layers: readonly KerasLayer[], outputs: readonly string[]): KerasLayer[] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const visited = new Map<string, number>();
  const inputsFirst: KerasLayer[] = [];
  const walk = (name: string): void => {
    const layer = byName.get(name);
    if (layer === undefined) throw new Error(`There is no layer "${name}".`);
    if (visited.has(name)) return;
    visited.set(name, visited.size);
    layer.inputs.forEach(walk);
    inputsFirst.push(layer);
  };
  outputs.forEach(walk);

  const depths = new Map<string, number>();
  for (const { name, inputs } of inputsFirst.reverse()) {
    const depth = depths.get(name) ?? 0;
    depths.set(name, depth);
    for (const input of inputs) depths.set(input, Math.max(depth + 1, depths.get(input) ?? 0));
  }
  const depthOf = ({ name }: KerasLayer) => depths.get(name) ?? 0;
  const visitedAt = ({ name }: KerasLayer) => visited.get(name) ?? 0;
  return inputsFirst.sort((a, b) => depthOf(b) - depthOf(a) || visitedAt(a) - visitedAt(b));
}
