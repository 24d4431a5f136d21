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
  /** … which it has once this node is computed. */
  readonly written: string;
  /** It is all zero once this node is computed. */
  readonly zeroed: string;
}

const FLOAT = { kind: 'type', value: DataType.float32 } as const;

export function addVariable(graph: Graph, name: string, shape: readonly number[]): GraphVariable {
  const shared = { kind: 'string', value: name } as const;
  const handle = graph.add(
    'VarHandleOp',
    [],
    {
      dtype: FLOAT,
      shape: { kind: 'shape', value: shape },
      shared_name: shared,
      container: { kind: 'string', value: '' },
    },
    { name },
  );
  const given = addPlaceholder(graph, `${name}/given`, DataType.float32, shape);
  // What is fed is memory of JavaScript's. Without a copy the variable would be that memory.
  const copy = graph.add('DeepCopy', [given], { T: FLOAT });
  const zeros = graph.constant({
    dtype: DataType.float32,
    shape,
    bytes: new Uint8Array(4 * shape.reduce((size, length) => size * length, 1)),
  });
  return {
    shape,
    handle,
    given,
    value: addRead(graph, `${name}/value`, handle),
    written: addSignal(graph, `${name}/written`, [addAssignment(graph, `${name}/write`, handle, copy)]),
    zeroed: addSignal(graph, `${name}/zeroed`, [addAssignment(graph, `${name}/zero`, handle, zeros)]),
  };
}

export function addPlaceholder(graph: Graph, name: string, dtype: DataType, shape: readonly number[]): string {
  const attributes: GraphNode['attributes'] = {
    dtype: { kind: 'type', value: dtype },
    shape: { kind: 'shape', value: shape },
  };
  return graph.add('Placeholder', [], attributes, { name });
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
