import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { LayerClass } from './layer-class.ts';
import { onlyInput } from './only-input.ts';

export interface SmoothActivationConfig {
  readonly name: string;
  /** `swish`: x · σ(x); `gelu`: x · Φ(x), with the distribution function of the normal distribution, not approximated. */
  readonly activation: 'swish' | 'gelu';
}

/**
 * Returns the class of an activation layer whose gradient is written out. TensorFlow.js composes it of the gradients of
 * each op, with two to three times the ops and tensors, all as large as the feature maps. Class name and config are those
 * of TensorFlow.js' `Activation`. Output: same shape as the input.
 */
export function smoothActivationClass(tf: TensorFlow): LayerClass<SmoothActivationConfig> {
  return class SmoothActivation extends tf.layers.Layer {
    static className = 'Activation';

    readonly #config: SmoothActivationConfig;

    constructor(config: SmoothActivationConfig) {
      super({ name: config.name });
      this.#config = config;
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      const x = onlyInput(inputs);
      return this.#config.activation === 'swish' ? swish(tf, x) : gelu(tf, x);
    }

    override getConfig() {
      return { ...super.getConfig(), ...this.#config };
    }
  };
}

/** Keeps σ(x) and the output for the gradient: the output is kept for the next layer anyway, x is not. */
function swish(tf: TensorFlow, x: Tensor): Tensor {
  const run = tf.customGrad((...args) => {
    const [x, save] = args as [Tensor, (saved: Tensor[]) => void];
    const sigmoid = tf.sigmoid(x);
    const value = tf.mul(x, sigmoid);
    save([sigmoid, value]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [sigmoid, value] = saved as [Tensor, Tensor];
        return tf.mul(dy, tf.add(value, tf.mul(sigmoid, tf.sub(1, value))));
      },
    };
  });
  return run(x);
}

function gelu(tf: TensorFlow, x: Tensor): Tensor {
  const run = tf.customGrad((...args) => {
    const [x, save] = args as [Tensor, (saved: Tensor[]) => void];
    const distribution = tf.mul(0.5, tf.add(1, tf.erf(tf.div(x, Math.SQRT2))));
    save([x, distribution]);
    return {
      value: tf.mul(x, distribution),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [x, distribution] = saved as [Tensor, Tensor];
        const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return tf.mul(dy, tf.add(distribution, tf.mul(x, density)));
      },
    };
  });
  return run(x);
}
