import type { Tensor, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { statelessUniform } from '../../tensorflow/stateless-random.ts';

export interface DropoutConfig {
  readonly name: string;
  /** The share of the values that is dropped, in [0, 1). */
  readonly rate: number;
}

/** What a training step passes to every layer. */
export interface TrainingCall {
  readonly training: true;
  /** int32 [2]: the run's seed and the step, by which random layers draw. */
  readonly key: Tensor1D;
  /** Which rows of a larger batch are given: random layers draw for the whole of it and take theirs. */
  readonly slice?: { readonly from: number; readonly of: number } | undefined;
}

/**
 * The class of a dropout layer whose mask follows from the step's key. TensorFlow.js' own repeats one mask every step
 * when it has a seed, and cannot be repeated when it has none. Loaded models get the own one, which predicts the same.
 */
export function dropoutClass(tf: TensorFlow) {
  return class Dropout extends tf.layers.Layer {
    static className = 'Dropout';

    readonly #config: DropoutConfig;

    constructor(config: DropoutConfig) {
      super({ name: config.name });
      this.#config = config;
    }

    override call(inputs: Tensor | Tensor[], call: Partial<TrainingCall>): Tensor {
      return tf.tidy(() => {
        const x = Array.isArray(inputs) ? inputs[0] : inputs;
        if (x === undefined) throw new Error(`The layer ${this.name} takes one input.`);
        const { rate } = this.#config;
        if (call.training !== true || rate === 0) return x;
        if (call.key === undefined) throw new Error(`The layer ${this.name} trains only with a key to draw by.`);
        const [count = 0, ...rest] = x.shape;
        const { from, of } = call.slice ?? { from: 0, of: count };
        const whole = statelessUniform(tf, [of, ...rest], call.key);
        const kept = tf.greaterEqual(of === count ? whole : tf.slice(whole, from, count), rate);
        return tf.mul(x, tf.mul(kept, 1 / (1 - rate)));
      });
    }

    override getConfig() {
      return { ...super.getConfig(), ...this.#config };
    }
  };
}
