import { expect, test } from 'vitest';
import { startKeras } from '../support/keras.ts';

const keras = await startKeras();

test('Python has the very TensorFlow that this package computes with, and both Keras', async () => {
  const versions = await keras.run(`
import tensorflow, keras, tf_keras
result = [tensorflow.__version__, keras.__version__, tf_keras.__version__]
`);
  expect(versions).toEqual(['2.21.0', '3.15.1', '2.21.0']);
});

test('a snippet that fails tells where', async () => {
  await expect(keras.run('one = 1\nresult = one / nothing', { nothing: 0 })).rejects.toThrow(
    /line 2[\s\S]*ZeroDivisionError/,
  );
});
