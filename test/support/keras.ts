import { afterAll } from 'vitest';
import { kerasPython } from '../../scripts/keras/environment.js';
import { Keras } from './keras-process.ts';
import { unwrap } from './result.ts';

export { Keras };

/** Starts a Python process with Keras, which is ended after the tests of the file. */
export async function startKeras(): Promise<Keras> {
  const keras = new Keras(unwrap(await kerasPython((message) => process.stderr.write(`${message}\n`))));
  afterAll(() => keras.end());
  return keras;
}
