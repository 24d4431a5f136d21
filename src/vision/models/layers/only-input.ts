import type { Tensor } from '@tensorflow/tfjs-node-gpu';

/** Returns the input of a layer that has one; TensorFlow.js passes it alone or in a list. */
export function onlyInput(inputs: Tensor | Tensor[]): Tensor {
  const [input, ...more] = [inputs].flat();
  if (input === undefined || more.length > 0) throw new Error('The layer needs one input.');
  return input;
}
