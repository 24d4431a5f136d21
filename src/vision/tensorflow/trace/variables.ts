import { DataType } from './data-type.ts';
import type { Graph, GraphNode } from './graph.ts';

/** The nodes of a float32 variable of a graph. Its value lives in the session. */
export interface GraphVariable {
  readonly shape: readonly number[];
  /** The node of the variable's handle. */
  readonly handle: string;
  /** The node that reads the value. */
  readonly value: string;
  /** The placeholder for a new value. */
  readonly placeholder: string;
  /** The node that assigns the new value. */
  readonly write: string;
}

const FLOAT = { kind: 'type', value: DataType.float32 } as const;

/** Adds the nodes of a variable to a graph. */
export function addVariable(graph: Graph, name: string, shape: readonly number[]): GraphVariable {
  const attributes: GraphNode['attributes'] = {
    dtype: FLOAT,
    shape: { kind: 'shape', value: shape },
    shared_name: { kind: 'string', value: name },
    container: { kind: 'string', value: '' },
  };
  const handle = graph.add('VarHandleOp', [], attributes, { name });
  const placeholder = addPlaceholder(graph, `${name}/placeholder`, DataType.float32, shape);
  const value = addRead(graph, `${name}/value`, handle);
  return { shape, handle, placeholder, value, write: addAssignment(graph, `${name}/write`, handle, placeholder) };
}

/** Adds a node that sets a variable to zero, and returns its name. */
export function addZeroing(graph: Graph, { handle, shape }: GraphVariable): string {
  const zeros = graph.filled(DataType.float32, shape, new Uint8Array(4));
  return addAssignment(graph, `${handle}/zero`, handle, zeros);
}

/** Adds a placeholder and returns its name. */
export function addPlaceholder(graph: Graph, name: string, dtype: DataType, shape: readonly number[]): string {
  const attributes: GraphNode['attributes'] = {
    dtype: { kind: 'type', value: dtype },
    shape: { kind: 'shape', value: shape },
  };
  return graph.add('Placeholder', [], attributes, { name });
}

/** Declares the shape of a placeholder. Without this node, TensorFlow does not know it when it optimizes the graph. */
export function addShape(graph: Graph, input: string, dtype: DataType, shape: readonly number[]): string {
  return graph.add('EnsureShape', [input], {
    T: { kind: 'type', value: dtype },
    shape: { kind: 'shape', value: shape },
  });
}

/** Adds a node that reads a variable, and returns its name. */
export function addRead(graph: Graph, name: string, handle: string): string {
  return graph.add('ReadVariableOp', [handle], { dtype: FLOAT }, { name });
}

/** Adds a node that reads a variable after those of the given updates that change it, and returns its name. */
export function addReadAfter(graph: Graph, scope: string, handle: string, updates: readonly string[]): string {
  const own = updates.filter((update) => graph.node(update).inputs[0] === handle);
  const inputs = [handle, ...own.map((update) => `^${update}`)];
  return graph.add('ReadVariableOp', inputs, { dtype: FLOAT }, { name: `${scope}/updated_${handle}` });
}

/** Adds a node that assigns a value to a variable, and returns its name. */
export function addAssignment(graph: Graph, name: string, handle: string, value: string): string {
  return graph.add('AssignVariableOp', [handle, value], { dtype: FLOAT }, { name });
}

/** Adds a node without outputs that is computed after the given nodes, and returns its name. */
export function addSignal(graph: Graph, name: string, after: readonly string[]): string {
  return graph.add(
    'NoOp',
    after.map((node) => `^${node}`),
    {},
    { name },
  );
}
