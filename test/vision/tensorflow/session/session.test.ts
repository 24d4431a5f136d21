import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { createProgram } from '../../../../src/vision/tensorflow/trace/program.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();

describe('a session', () => {
  test('computes off the main thread, so JavaScript goes on meanwhile', async () => {
    const program = createProgram(tf);
    const inputs = { x: { dtype: 'float32', shape: [512, 512] } } as const;
    const entry = program.entry('power', inputs, ({ x }) => {
      let product = tf.matMul(x as never, x as never);
      for (let factor = 0; factor < 50; factor += 1) product = tf.matMul(product, x as never);
      return { trace: tf.sum(product) };
    });
    const session = await program.load();
    let ended = false;
    const run = session.run(entry, { x: new Float32Array(512 * 512) }).then(() => {
      ended = true;
    });
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(ended).toBe(false);
    await run;
    await session.dispose();
  });

  test('runs one after the other what is started at once', async () => {
    const program = createProgram(tf);
    const count = tf.variable(tf.scalar(0));
    program.variable(count);
    const next = program.entry('next', {}, () => {
      count.assign(tf.add(count, 1));
      return { count: count.clone() };
    });
    const session = await program.load();
    const results = await Promise.all(Array.from({ length: 20 }, () => session.run(next, {})));
    expect(results.map((result) => result.count[0])).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    await session.dispose();
    count.dispose();
  });

  test("rejects with TensorFlow's message, and works afterwards", async () => {
    const program = createProgram(tf);
    const inputs = { x: { dtype: 'float32', shape: [2] } } as const;
    const entry = program.entry('double', inputs, ({ x }) => ({ y: tf.mul(x, 2) }));
    const session = await program.load();
    await expect(session.run(entry, { x: new Float32Array(0) })).rejects.toThrow();
    expect((await session.run(entry, { x: Float32Array.of(1, 2) })).y).toEqual(Float32Array.of(2, 4));
    await session.dispose();
  });

  test.each([1, 2, 4, 8])(
    'gives the same bytes with %i inter-op threads as with one a core',
    async (interOpThreads) => {
      const run = async (threads: number) => {
        const program = createProgram(tf, { interOpThreads: threads });
        const inputs = { x: { dtype: 'float32', shape: [64, 64] } } as const;
        // Branches that are added up: in order of arrival, the last digits would differ.
        const entry = program.entry('branches', inputs, ({ x }) => ({
          y: tf.addN(Array.from({ length: 12 }, (_, index) => tf.tanh(tf.mul(x, Math.PI / (index + 1))))),
        }));
        const session = await program.load();
        const x = Float32Array.from({ length: 64 * 64 }, (_, index) => Math.sin(index) * 3);
        const { y } = await session.run(entry, { x });
        await session.dispose();
        return y;
      };
      expect(await run(interOpThreads)).toEqual(await run(availableParallelism()));
    },
  );
});
