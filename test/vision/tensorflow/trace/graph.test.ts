import { describe, expect, test } from 'vitest';
import { DataType } from '../../../../src/vision/tensorflow/trace/data-type.ts';
import { createGraph } from '../../../../src/vision/tensorflow/trace/graph.ts';

const constantOf = (values: Float32Array, shape = [values.length]) => ({
  dtype: DataType.float32,
  shape,
  bytes: new Uint8Array(values.buffer),
});

describe('a graph is kept small', () => {
  test('by one node for equal constants of the same shape', () => {
    const graph = createGraph();
    const one = graph.constant(constantOf(Float32Array.of(1, 2)));
    expect(graph.constant(constantOf(Float32Array.of(1, 2)))).toBe(one);
    expect(graph.constant(constantOf(Float32Array.of(1, 2), [2, 1]))).not.toBe(one);
    expect(graph.constant(constantOf(Float32Array.of(1, 3)))).not.toBe(one);
  });

  test('by a Fill instead of a constant with many equal values', () => {
    const graph = createGraph();
    const filled = graph.node(graph.constant(constantOf(new Float32Array(10_000).fill(3), [100, 100])));
    expect(filled.op).toBe('Fill');
    const values = filled.inputs.map((input) => graph.node(input).attributes['value']);
    expect(values).toMatchObject([
      { value: { shape: [2], bytes: new Uint8Array(Int32Array.of(100, 100).buffer) } },
      { value: { shape: [], bytes: new Uint8Array(Float32Array.of(3).buffer) } },
    ]);
    const different = new Float32Array(10_000).fill(3);
    different[9_999] = 4;
    expect(graph.node(graph.constant(constantOf(different))).op).toBe('Const');
  });

  test('by one node for equal ops on equal inputs, unless their names or devices differ', () => {
    const graph = createGraph();
    const x = graph.add('Placeholder', [], {}, { name: 'x' });
    const relu = graph.add('Relu', [x], {});
    expect(graph.add('Relu', [x], {})).toBe(relu);
    expect(graph.add('Relu', [x], { T: { kind: 'type', value: DataType.float32 } })).not.toBe(relu);
    expect(graph.add('Relu', [x], {}, { device: '/device:GPU:1' })).not.toBe(relu);
    expect(graph.add('Relu', [x], {}, { name: 'mine' })).toBe('mine');
  });

  test('by leaving out nodes that the fetched nodes do not depend on', () => {
    const graph = createGraph();
    const x = graph.add('Placeholder', [], {}, { name: 'x' });
    const split = graph.add('Split', [x], {});
    const update = graph.add('AssignVariableOp', ['x', `${split}:1`], {}, { name: 'update' });
    graph.add('Neg', [split], {});
    const end = graph.add('Identity', [split, `^${update}`], {}, { name: 'end' });
    expect(graph.nodesFor([end]).map(({ name }) => name)).toEqual(['x', split, 'update', 'end']);
  });

  test('and throws when two nodes have the same name', () => {
    const graph = createGraph();
    graph.add('NoOp', [], {}, { name: 'done' });
    expect(() => graph.add('NoOp', [], {}, { name: 'done' })).toThrow('The graph already has a node named "done".');
  });
});
