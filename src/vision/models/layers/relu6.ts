import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';

/**
 * The class of a ReLU that ends at 6, in one kernel where TensorFlow.js' own layer takes two forward and five backward.
 * Its class name and configuration are those of TensorFlow.js' own.
 */
export function relu6Class(tf: TensorFlow) {
  return class ReLU6 extends tf.layers.Layer {
    static className = 'ReLU';

    override call(inputs: Tensor | Tensor[]): Tensor {
      return tf.relu6((Array.isArray(inputs) ? inputs[0] : inputs) as Tensor);
    }

    override getConfig() {
      return { ...super.getConfig(), maxValue: 6 };
    }
  };
}
