import { expect, test } from 'vitest';
import { startKeras } from '../support/keras.ts';

const keras = await startKeras();

test('Python has the TensorFlow version that this package uses, Keras 3 and tf_keras', async () => {
  const versions = await keras.run(`
import tensorflow, keras, tf_keras
result = [tensorflow.__version__, keras.__version__, tf_keras.__version__]
`);
  expect(versions).toEqual(['2.21.0', '3.15.1', '2.21.0']);
});

test('a failing Python snippet throws an error with its traceback', async () => {
  await expect(keras.run('one = 1\nresult = one / nothing', { nothing: 0 })).rejects.toThrow(
    /line 2[\s\S]*ZeroDivisionError/,
  );
});
