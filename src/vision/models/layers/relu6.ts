import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { LayerClass } from './layer-class.ts';
import { onlyInput } from './only-input.ts';

/**
 * Returns the class of a ReLU6 layer that uses one kernel; TensorFlow.js' `ReLU` with `maxValue: 6` uses two forward
 * and five backward. Class name and config are those of TensorFlow.js' `ReLU`. Output: same shape as the input.
 */
export function relu6Class(tf: TensorFlow): LayerClass<{ readonly name: string }> {
  return class ReLU6 extends tf.layers.Layer {
    static className = 'ReLU';

    override call(inputs: Tensor | Tensor[]): Tensor {
      return tf.relu6(onlyInput(inputs));
    }

    override getConfig() {
      return { ...super.getConfig(), maxValue: 6 };
    }
  };
}
