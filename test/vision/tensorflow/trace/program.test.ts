import { describe, expect, test } from 'vitest';
import { bytesToFloats } from '../../../../src/vision/tensorflow/images-to-device.ts';
import { resourceApplyGradientDescent } from '../../../../src/vision/tensorflow/resource-apply.ts';
import { createProgram } from '../../../../src/vision/tensorflow/trace/program.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();

const three = { x: { dtype: 'float32', shape: [3] } } as const;

describe('a traced function', () => {
  test('runs on its inputs any number of times', async () => {
    const program = createProgram(tf);
    const square = program.entry('square', three, ({ x }) => ({ sum: tf.sum(tf.square(x)), x: tf.neg(x) }));
    const session = await program.load();
    expect(await session.run(square, { x: Float32Array.of(1, 2, 3) })).toEqual({
      sum: Float32Array.of(14),
      x: Float32Array.of(-1, -2, -3),
    });
    expect((await session.run(square, { x: Float32Array.of(0, 1, 0) })).sum).toEqual(Float32Array.of(1));
    await session.dispose();
  });

  test('is not computed while it is traced, so its tensors may be arbitrarily large', async () => {
    const program = createProgram(tf);
    // 4 TB each.
    const inputs = { x: { dtype: 'float32', shape: [1_000_000, 1_000, 1_000] } } as const;
    program.entry('large', inputs, ({ x }) => ({ sum: tf.sum(tf.mul(tf.add(x, 1), x)) }));
    const session = await program.load();
    await session.dispose();
  });

  test('accepts uint8 inputs', async () => {
    const program = createProgram(tf);
    const inputs = { bytes: { dtype: 'uint8', shape: [2, 2] } } as const;
    const mean = program.entry('mean', inputs, ({ bytes }) => ({ mean: tf.mean(bytesToFloats(tf, bytes)) }));
    const session = await program.load();
    expect((await session.run(mean, { bytes: Uint8Array.of(0, 255, 128, 1) })).mean).toEqual(Float32Array.of(96));
    await session.dispose();
  });

  test('contains tensors that were computed before as constants', async () => {
    const program = createProgram(tf);
    const outside = tf.tensor1d([1, 2, 3]).square();
    const add = program.entry('add', three, ({ x }) => ({ sum: tf.add(x, outside) }));
    outside.dispose();
    const session = await program.load();
    expect((await session.run(add, { x: Float32Array.of(1, 1, 1) })).sum).toEqual(Float32Array.of(2, 5, 10));
    await session.dispose();
  });

  test('throws when it reads values that depend on its inputs, and restores all variables', () => {
    const program = createProgram(tf);
    const weights = tf.variable(tf.tensor1d([1, 2, 3]));
    program.variable(weights);
    const before = tf.memory().numTensors;
    const tracing = () =>
      program.entry('read', three, ({ x }) => {
        weights.assign(x as typeof weights);
        return { x: tf.scalar(x.dataSync()[0] ?? 0) };
      });
    expect(tracing).toThrow('A traced function cannot read a value that depends on the inputs of the graph.');
    expect([...weights.dataSync()]).toEqual([1, 2, 3]);
    expect(tf.memory().numTensors).toBe(before);
    weights.dispose();
  });

  test('leaks no tensor when it is traced and run', async () => {
    const before = tf.memory().numTensors;
    const program = createProgram(tf);
    const entry = program.entry('f', three, ({ x }) => ({ y: tf.softmax(tf.add(x, tf.tensor1d([1, 2, 3]))) }));
    const session = await program.load();
    await session.run(entry, { x: Float32Array.of(1, 2, 3) });
    expect(tf.memory().numTensors).toBe(before);
    await session.dispose();
  });
});

describe('variables of a graph', () => {
  test('start with their current value, change from run to run, and are shared by all entry points', async () => {
    const program = createProgram(tf);
    const weights = tf.variable(tf.tensor1d([1, 2, 3]));
    program.variable(weights);
    const add = program.entry('add', three, ({ x }) => {
      weights.assign(tf.add(weights, x));
      return {};
    });
    const total = program.entry('total', {}, () => ({ total: tf.sum(weights) }));
    const session = await program.load();
    await session.run(add, { x: Float32Array.of(1, 1, 1) });
    await session.run(add, { x: Float32Array.of(0, 0, 5) });
    expect((await session.read()).variables).toEqual([Float32Array.of(2, 3, 9)]);
    expect((await session.run(total, {})).total).toEqual(Float32Array.of(14));
    expect([...weights.dataSync()]).toEqual([1, 2, 3]);
    await session.dispose();
    weights.dispose();
  });

  test('are read before any of them is updated, but a function sees its own assignments', async () => {
    const program = createProgram(tf);
    const [first, second] = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(10))];
    for (const variable of [first, second]) program.variable(variable);
    const swap = program.entry('swap', {}, () => {
      const before = first.clone();
      first.assign(second.clone());
      const between = tf.mul(first, 2);
      second.assign(before);
      return { between, second: second.clone() };
    });
    const session = await program.load();
    expect(await session.run(swap, {})).toEqual({ between: Float32Array.of(20), second: Float32Array.of(1) });
    expect((await session.read()).variables).toEqual([Float32Array.of(10), Float32Array.of(1)]);
    await session.dispose();
  });

  test('can be updated in place after all nodes that read them', async () => {
    const program = createProgram(tf);
    const weights = tf.variable(tf.tensor1d([1, 2, 3]));
    const variable = program.variable(weights);
    const descend = program.entry('descend', three, ({ x }, { handle }) => {
      resourceApplyGradientDescent(tf, handle(variable), tf.scalar(0.5), x);
      return { before: tf.mul(weights, 1), sum: tf.sum(weights) };
    });
    const session = await program.load();
    const run = () => session.run(descend, { x: Float32Array.of(2, 0, 0) });
    expect(await run()).toEqual({ before: Float32Array.of(1, 2, 3), sum: Float32Array.of(6) });
    expect(await run()).toEqual({ before: Float32Array.of(0, 2, 3), sum: Float32Array.of(5) });
    await session.dispose();
  });

  test('copy the values that they are set to', async () => {
    const program = createProgram(tf);
    const state = program.state([3]);
    const descend = program.entry('descend', three, ({ x }, { handle }) => {
      resourceApplyGradientDescent(tf, handle(state), tf.scalar(1), x);
      return {};
    });
    const session = await program.load();
    expect((await session.read()).states).toEqual([new Float32Array(3)]);
    const given = Float32Array.of(5, 6, 7);
    await session.write({ variables: [], states: [given] });
    await session.run(descend, { x: Float32Array.of(1, 1, 1) });
    expect((await session.read()).states).toEqual([Float32Array.of(4, 5, 6)]);
    expect(given).toEqual(Float32Array.of(5, 6, 7));
    await session.write({ variables: [] });
    expect((await session.read()).states).toEqual([new Float32Array(3)]);
    await session.dispose();
  });
});

test('the ops in onDevice run on the given device', async () => {
  const program = createProgram(tf);
  const entry = program.entry('towers', three, ({ x }, { onDevice }) => ({
    sum: tf.add(
      onDevice('/device:CPU:0', () => tf.square(x)),
      onDevice('/device:CPU:7', () => tf.neg(x)),
    ),
  }));
  await expect(program.load().then((session) => session.run(entry, { x: new Float32Array(3) }))).rejects.toThrow(
    /device:CPU:7/,
  );
});

test('updates under a condition happen only in the runs in which it holds', async () => {
  const program = createProgram(tf);
  const [state, runs] = [program.state([3]), program.state([])];
  const entry = program.entry('descend', three, ({ x }, { handle, read, assign, onlyIf }) => {
    const before = read(state);
    onlyIf(tf.greater(tf.sum(x), 0), () => resourceApplyGradientDescent(tf, handle(state), tf.scalar(1), x));
    assign(runs, tf.add(read(runs), 1));
    return { before };
  });
  const session = await program.load();
  await session.run(entry, { x: Float32Array.of(1, 2, 3) });
  expect((await session.run(entry, { x: Float32Array.of(-9, 1, 1) })).before).toEqual(Float32Array.of(-1, -2, -3));
  expect((await session.read()).states).toEqual([Float32Array.of(-1, -2, -3), Float32Array.of(2)]);
  await session.dispose();
});

test('a prepared run has copied its inputs, and a discarded one changes nothing', async () => {
  const program = createProgram(tf);
  const state = program.state([3]);
  const entry = program.entry('descend', three, ({ x }, { handle }) => {
    resourceApplyGradientDescent(tf, handle(state), tf.scalar(1), x);
    return {};
  });
  const session = await program.load();
  const x = Float32Array.of(1, 1, 1);
  const [prepared, discarded] = [session.prepare(entry, { x }), session.prepare(entry, { x })];
  x.fill(5);
  discarded.discard();
  await prepared.run();
  expect((await session.read()).states).toEqual([Float32Array.of(-1, -1, -1)]);
  await session.dispose();
});
