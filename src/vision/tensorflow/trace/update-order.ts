import { type Graph, producerOf } from './graph.ts';

/**
 * Makes each update of a variable wait, by control dependencies, for all nodes that use the variable's old value. A run
 * then sees the values at its start, and updates can be made in place because the old value is no longer referenced.
 *
 * @param reads the handle of the variable, by the name of a node that reads it.
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
