import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { LayerClass } from './layer-class.ts';
import { onlyInput } from './only-input.ts';

/** Either a number, or one for each channel. */
export type ByChannel = number | readonly number[];

export interface RescalingConfig {
  readonly name: string;
  readonly scale: ByChannel;
  readonly offset: ByChannel;
}

/**
 * Returns the class of a layer that computes x · scale + offset. It is TensorFlow.js' `Rescaling`, whose types do not
 * know that numbers by channel work as well, there as in Keras. Output: same shape as the input.
 */
export function rescalingClass(tf: TensorFlow): LayerClass<RescalingConfig> {
  return class Rescaling extends tf.layers.Layer {
    static className = 'Rescaling';

    readonly #scale: number | number[];
    readonly #offset: number | number[];

    constructor({ name, scale, offset }: RescalingConfig) {
      super({ name });
      this.#scale = typeof scale === 'number' ? scale : [...scale];
      this.#offset = typeof offset === 'number' ? offset : [...offset];
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      return tf.tidy(() => tf.add(tf.mul(onlyInput(inputs), this.#scale), this.#offset));
    }

    override getConfig() {
      return { scale: this.#scale, offset: this.#offset, ...super.getConfig() };
    }
  };
}
