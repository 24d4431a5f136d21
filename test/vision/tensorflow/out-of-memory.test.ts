import { expect, test } from 'vitest';
import { withMemoryAdvice } from '../../../src/vision/tensorflow/out-of-memory.ts';
import { tensorFlow } from '../../support/tensorflow.ts';

const tf = await tensorFlow();

// TensorFlow waits for ten seconds before it gives up to find 16 TB.
const error = await Promise.resolve()
  .then(() => tf.tidy(() => tf.fill([2 ** 21, 2 ** 21], 1).shape))
  .catch((reason: unknown) => reason);

test.each([
  [32, 'Set batch_size to 16, or use smaller images or a smaller backbone.'],
  [1, 'Use smaller images or a smaller backbone.'],
])(
  "TensorFlow's error that memory is exhausted, with a batch size of %i, becomes advice",
  async (batchSize, advice) => {
    expect(await withMemoryAdvice(batchSize, () => Promise.reject(error))).toEqual({
      ok: false,
      failure: expect.objectContaining({
        kind: 'failed',
        problems: [{ message: `the device ran out of memory with a batch size of ${batchSize}`, advice }],
      }),
    });
  },
);

test('other errors are thrown', async () => {
  const failing = () => Promise.reject(new TypeError('a bug'));
  await expect(withMemoryAdvice(32, failing)).rejects.toThrow('a bug');
});
