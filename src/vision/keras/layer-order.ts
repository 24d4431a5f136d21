import type { KerasLayer } from './keras-layer.ts';

/**
 * The order in which Keras has the layers of a model that it builds from a configuration, by which it finds their
 * weights: the furthest from the outputs first, and as deep ones as a walk from the outputs meets them.
 */
export function inKerasOrder(layers: readonly KerasLayer[], outputs: readonly string[]): KerasLayer[] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const met = new Map<string, number>();
  const inputsFirst: KerasLayer[] = [];
  const walk = (name: string): void => {
    const layer = byName.get(name);
    if (layer === undefined) throw new Error(`There is no layer ${name}.`);
    if (met.has(name)) return;
    met.set(name, met.size);
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
  const metAt = ({ name }: KerasLayer) => met.get(name) ?? 0;
  return inputsFirst.sort((a, b) => depthOf(b) - depthOf(a) || metAt(a) - metAt(b));
}
