import { DataType } from './data-type.ts';
import type { Graph, GraphNode } from './graph.ts';

/** A float32 variable of a graph, which lives in its session: the names of the nodes that make it up. */
export interface GraphVariable {
  readonly shape: readonly number[];
  /** Stands for the variable itself. */
  readonly handle: string;
  /** Its value. */
  readonly value: string;
  /** Is fed a new value, … */
  readonly given: string;
  /** … which this node gives the variable. */
  readonly write: string;
}

const FLOAT = { kind: 'type', value: DataType.float32 } as const;

export function addVariable(graph: Graph, name: string, shape: readonly number[]): GraphVariable {
  const attributes: GraphNode['attributes'] = {
    dtype: FLOAT,
    shape: { kind: 'shape', value: shape },
    shared_name: { kind: 'string', value: name },
    container: { kind: 'string', value: '' },
  };
  const handle = graph.add('VarHandleOp', [], attributes, { name });
  const given = addPlaceholder(graph, `${name}/given`, DataType.float32, shape);
  // What is fed is memory of JavaScript's. Without a copy the variable would be that memory.
  const copy = graph.add('DeepCopy', [given], { T: FLOAT });
  const value = addRead(graph, `${name}/value`, handle);
  return { shape, handle, given, value, write: addAssignment(graph, `${name}/write`, handle, copy) };
}

/** @returns a node that sets the variable to zero. */
export function addZeroing(graph: Graph, { handle, shape }: GraphVariable): string {
  const zeros = graph.filled(DataType.float32, shape, new Uint8Array(4));
  return addAssignment(graph, `${handle}/zero`, handle, zeros);
}

export function addPlaceholder(graph: Graph, name: string, dtype: DataType, shape: readonly number[]): string {
  const attributes: GraphNode['attributes'] = {
    dtype: { kind: 'type', value: dtype },
    shape: { kind: 'shape', value: shape },
  };
  return graph.add('Placeholder', [], attributes, { name });
}

/** What is fed into a session has no shape when TensorFlow optimizes the graph, unless a node says so. */
export function addShape(graph: Graph, input: string, dtype: DataType, shape: readonly number[]): string {
  return graph.add('EnsureShape', [input], {
    T: { kind: 'type', value: dtype },
    shape: { kind: 'shape', value: shape },
  });
}

export function addRead(graph: Graph, name: string, handle: string): string {
  return graph.add('ReadVariableOp', [handle], { dtype: FLOAT }, { name });
}

export function addAssignment(graph: Graph, name: string, handle: string, value: string): string {
  return graph.add('AssignVariableOp', [handle, value], { dtype: FLOAT }, { name });
}

/** A value for the binding to ask for, since it cannot ask for nodes that put out nothing. */
export function addSignal(graph: Graph, name: string, after: readonly string[]): string {
  const one = { dtype: DataType.int32, shape: [], bytes: new Uint8Array(Int32Array.of(1).buffer) } as const;
  const attributes: GraphNode['attributes'] = {
    dtype: { kind: 'type', value: one.dtype },
    value: { kind: 'tensor', value: one },
  };
  return graph.add(
    'Const',
    after.map((node) => `^${node}`),
    attributes,
    { name },
  );
}
