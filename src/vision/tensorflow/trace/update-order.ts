import { DataType } from './data-type.ts';
import { type Graph, producerOf } from './graph.ts';

/**
 * Makes each update of a variable wait, by control dependencies, for all nodes that use the variable's old value, and for
 * the updates of the variable before it. A run then sees the values at its start, and updates can be made in place because
 * the old value is no longer referenced.
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
  const previous = new Map<string, string>();
  for (const update of updates) {
    const { inputs } = graph.node(update);
    const [handle = ''] = inputs;
    const earlier = previous.get(handle);
    const before = [...(readers.get(handle) ?? []), ...(earlier === undefined ? [] : [earlier])];
    inputs.push(...before.map((node) => `^${node}`).filter((input) => !inputs.includes(input)));
    previous.set(handle, update);
  }
}

/**
 * Makes updates happen only in the runs in which a condition holds: a node is not computed if it depends on the output
 * of a `Switch` that is not taken.
 *
 * @param condition a boolean scalar.
 * @returns a node that is computed after the updates, or without them.
 */
export function addCondition(graph: Graph, condition: string, updates: readonly string[]): string {
  const bool = { T: { kind: 'type', value: DataType.bool } } as const;
  const holdsNot = graph.add('Switch', [condition, condition], bool);
  const holds = graph.add('Identity', [`${holdsNot}:1`], bool);
  for (const update of updates) graph.node(update).inputs.push(`^${holds}`);
  const updated = graph.add('Identity', [holds, ...updates.map((update) => `^${update}`)], bool);
  return graph.add('Merge', [updated, holdsNot], { ...bool, N: { kind: 'int', value: 2 } });
}
