import util from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { unwrap } from '../../support/result.ts';

afterEach(() => {
  vi.doUnmock('@tensorflow/tfjs-node-gpu');
  vi.resetModules();
});

/** Imports the module as in a process that has not loaded TensorFlow. */
async function fresh() {
  vi.resetModules();
  return (await import('../../../src/vision/tensorflow/load.ts')).loadTensorFlow;
}

test('TensorFlow runs on its native backend', async () => {
  const loadTensorFlow = await fresh();
  const tf = unwrap(await loadTensorFlow({ intraOpThreads: 2 }));
  expect(tf.getBackend()).toBe('tensorflow');
  expect([...tf.tidy(() => tf.add([1, 2], [3, 4]).dataSync())]).toEqual([4, 6]);
});

test('the numbers of threads are fixed, independent of the machine', async () => {
  const loadTensorFlow = await fresh();
  await loadTensorFlow({ intraOpThreads: 3 });
  expect(process.env).toMatchObject({
    TF_NUM_INTRAOP_THREADS: '3',
    TF_NUM_INTEROP_THREADS: '1',
    TF_ENABLE_ONEDNN_OPTS: '1',
  });
});

test('loading again returns the same TensorFlow, and throws for other numbers of threads', async () => {
  const loadTensorFlow = await fresh();
  const first = unwrap(await loadTensorFlow({ intraOpThreads: 2 }));
  expect(unwrap(await loadTensorFlow({ intraOpThreads: 2, interOpThreads: 1 }))).toBe(first);
  expect(() => loadTensorFlow({ intraOpThreads: 4 })).toThrow(
    'This process has loaded TensorFlow with 2 intra-op and 1 inter-op threads, cannot change to 4 intra-op and 1 inter-op threads.',
  );
});

test('functions that tfjs-node needs and Node removed are restored', async () => {
  const legacy: { isArray?: unknown; isNullOrUndefined?: (value: unknown) => boolean } = util;
  delete legacy.isArray;
  delete legacy.isNullOrUndefined;
  const loadTensorFlow = await fresh();
  const tf = unwrap(await loadTensorFlow({ intraOpThreads: 2 }));
  expect(legacy.isArray).toBe(Array.isArray);
  expect([null, undefined, 0, ''].map((value) => legacy.isNullOrUndefined?.(value))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  // TopK is one of the kernels that call them.
  const values = tf.tidy(() => [...tf.topk(tf.tensor1d([1, 3, 2]), 2).values.dataSync()]);
  expect(values).toEqual([3, 2]);
});

test('deprecation warnings are enabled again after loading', async () => {
  const loadTensorFlow = await fresh();
  await loadTensorFlow({ intraOpThreads: 2 });
  expect(process.noDeprecation).toBe(false);
});

test('a TensorFlow.js on its own addon, which an earlier version compiled, is a problem with advice', async () => {
  vi.doMock('@tensorflow/tfjs-node-gpu', () => ({ default: { backend: () => ({ binding: {} }) } }));
  const loadTensorFlow = await fresh();
  expect(await loadTensorFlow({ intraOpThreads: 2 })).toEqual({
    ok: false,
    failure: [
      {
        message: 'TensorFlow was not set up by this version of pipeline',
        advice: 'Run `npx pipeline setup` in the folder of the pipeline.',
      },
    ],
  });
});

test('a missing addon is a problem with advice', async () => {
  vi.doMock('@tensorflow/tfjs-node-gpu', () => {
    throw new Error(
      'The Node.js native addon module (tfjs_binding.node) can not be found at path: /x.\nPlease run npm',
    );
  });
  const loadTensorFlow = await fresh();
  expect(await loadTensorFlow({ intraOpThreads: 2 })).toMatchObject({
    ok: false,
    failure: [
      {
        message: expect.stringMatching(/^TensorFlow could not be loaded: /),
        advice: expect.stringContaining('npx pipeline setup'),
      },
    ],
  });
});
