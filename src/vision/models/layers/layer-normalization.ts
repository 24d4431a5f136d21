import type { LayerVariable, Tensor } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { LayerClass } from './layer-class.ts';
import { onlyInput } from './only-input.ts';

export interface LayerNormalizationConfig {
  readonly name: string;
  /** Added to the variance. */
  readonly epsilon: number;
}

/**
 * Returns the class of a layer that normalizes each vector along the last axis by its own mean and biased variance, then
 * multiplies by gamma and adds beta. TensorFlow.js' own layer copies the statistics to the size of the input, and its
 * gradient is composed of the gradients of each op. Class name, weights and config are those of TensorFlow.js' layer, so
 * any TensorFlow.js loads a saved model. Input and output: float32 [n, …, channels].
 */
export function layerNormalizationClass(tf: TensorFlow): LayerClass<LayerNormalizationConfig> {
  return class LayerNormalization extends tf.layers.Layer {
    static className = 'LayerNormalization';

    readonly #config: LayerNormalizationConfig;
    #weights: { readonly gamma: LayerVariable; readonly beta: LayerVariable } | undefined;

    constructor(config: LayerNormalizationConfig) {
      super({ name: config.name });
      this.#config = config;
    }

    override build(inputShape: (number | null)[]): void {
      const shape = [inputShape.at(-1) ?? null];
      this.#weights = {
        gamma: this.addWeight('gamma', shape, 'float32', tf.initializers.ones()),
        beta: this.addWeight('beta', shape, 'float32', tf.initializers.zeros()),
      };
      this.built = true;
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      if (this.#weights === undefined) throw new Error(`The layer "${this.name}" was called before it was built.`);
      const { gamma, beta } = this.#weights;
      return tf.tidy(() => normalize(tf, onlyInput(inputs), gamma.read(), beta.read(), this.#config.epsilon));
    }

    override getConfig() {
      return { ...super.getConfig(), axis: -1, center: true, scale: true, ...this.#config };
    }
  };
}

function normalize(tf: TensorFlow, x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): Tensor {
  const run = tf.customGrad((...args) => {
    const [x, gamma, beta, save] = args as [Tensor, Tensor, Tensor, (saved: Tensor[]) => void];
    const { mean, variance } = tf.moments(x, -1, true);
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    save([x, gamma, mean, inverse]);
    return {
      value: tf.add(tf.mul(tf.sub(x, mean), tf.mul(inverse, gamma)), beta),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [x, gamma, mean, inverse] = saved as [Tensor, Tensor, Tensor, Tensor];
        const normalized = tf.mul(tf.sub(x, mean), inverse);
        const scaled = tf.mul(dy, gamma);
        const alongMean = tf.mean(scaled, -1, true);
        const alongDeviation = tf.mul(normalized, tf.mean(tf.mul(scaled, normalized), -1, true));
        const batchAxes = x.shape.map((_, axis) => axis).slice(0, -1);
        return [
          tf.mul(inverse, tf.sub(tf.sub(scaled, alongMean), alongDeviation)),
          tf.sum(tf.mul(dy, normalized), batchAxes),
          tf.sum(dy, batchAxes),
        ];
      },
    };
  });
  return run(x, gamma, beta);
}
