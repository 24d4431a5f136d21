import util from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { unwrap } from '../../support/result.ts';

afterEach(() => {
  vi.doUnmock('@tensorflow/tfjs-node-gpu');
  vi.resetModules();
});

/** As in a process that has not loaded TensorFlow. */
async function fresh() {
  vi.resetModules();
  return (await import('../../../src/vision/tensorflow/load.ts')).loadTensorFlow;
}

test('TensorFlow computes, on its native backend', async () => {
  const loadTensorFlow = await fresh();
  const tf = unwrap(await loadTensorFlow({ intraOpThreads: 2 }));
  expect(tf.getBackend()).toBe('tensorflow');
  expect([...tf.tidy(() => tf.add([1, 2], [3, 4]).dataSync())]).toEqual([4, 6]);
});

test('the numbers of threads are pinned, so that no machine chooses them', async () => {
  const loadTensorFlow = await fresh();
  await loadTensorFlow({ intraOpThreads: 3 });
  expect(process.env).toMatchObject({
    TF_NUM_INTRAOP_THREADS: '3',
    TF_NUM_INTEROP_THREADS: '1',
    TF_ENABLE_ONEDNN_OPTS: '1',
  });
});

test('asking again gives the same; other numbers of threads in the same process are a bug', async () => {
  const loadTensorFlow = await fresh();
  const first = unwrap(await loadTensorFlow({ intraOpThreads: 2 }));
  expect(unwrap(await loadTensorFlow({ intraOpThreads: 2, interOpThreads: 1 }))).toBe(first);
  expect(() => loadTensorFlow({ intraOpThreads: 4 })).toThrow(
    'TensorFlow runs with 2 intra-op and 1 inter-op threads in this process; asked for 4 intra-op and 1 inter-op threads.',
  );
});

test('what tfjs-node calls and Node has no more is put back', async () => {
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
  // TopK is one of the kernels that call it.
  const values = tf.tidy(() => [...tf.topk(tf.tensor1d([1, 3, 2]), 2).values.dataSync()]);
  expect(values).toEqual([3, 2]);
});

test('warnings of deprecation are heard again afterwards', async () => {
  const loadTensorFlow = await fresh();
  await loadTensorFlow({ intraOpThreads: 2 });
  expect(process.noDeprecation).toBe(false);
});

test('an addon that is not there is a problem that says what to do', async () => {
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
