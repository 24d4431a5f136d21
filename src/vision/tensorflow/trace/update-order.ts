import { type Graph, producerOf } from './graph.ts';

/**
 * Has each update of a variable wait for all that works with the variable's value before it: so a run sees the values from
 * its start, and the update can be made in place, since nobody holds the old value any more.
 *
 * @param reads by the name of a node that reads a variable, the variable's handle.
 */
export function orderUpdates(
  graph: Graph,
  updates: readonly string[],
  reads: ReadonlyMap<string, string>,
  outputs: readonly string[],
): void {
  const changing = new Set(updates);
  const readers = new Map<string, Set<string>>();
  for (const { name, inputs } of graph.nodesFor([...updates, ...outputs.map(producerOf)])) {
    if (changing.has(name)) continue;
    for (const node of [name, ...inputs.map(producerOf)]) {
      const handle = reads.get(node);
      if (handle === undefined) continue;
      const found = readers.get(handle) ?? new Set();
      readers.set(handle, found.add(name));
    }
  }
  for (const update of updates) {
    const { inputs } = graph.node(update);
    const before = [...(readers.get(inputs[0] ?? '') ?? [])].map((reader) => `^${reader}`);
    inputs.push(...before.filter((input) => !inputs.includes(input)));
  }
}
