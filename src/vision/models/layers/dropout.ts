import type { Tensor, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { statelessUniform } from '../../tensorflow/stateless-random.ts';
import type { LayerClass } from './layer-class.ts';
import { onlyInput } from './only-input.ts';

export interface DropoutConfig {
  readonly name: string;
  /** The fraction of the values that is dropped, in [0, 1). */
  readonly rate: number;
  /**
   * The shape of the mask, with null for the batch; that of the input by default. [null, 1, 1, 1] drops whole samples
   * (stochastic depth).
   */
  readonly noiseShape?: readonly [null, ...number[]];
  /** The number of the layer among the dropout layers of the model, counted from 0: each has masks of its own. */
  readonly index?: number;
}

/** 2³² divided by the golden ratio, as int32: its multiples are far apart. */
const KEY_STEP = 0x9e3779b9 | 0;

/** The keyword arguments that a training step passes to every layer. */
export interface TrainingCall {
  readonly training: true;
  /** int32 [2]: seed and step, the key of the random numbers. */
  readonly key: Tensor1D;
  /** The position of the rows in a larger batch: random numbers are drawn for the whole batch and sliced. */
  readonly slice?: { readonly from: number; readonly of: number } | undefined;
}

/**
 * Returns the class of a dropout layer whose mask is a function of the step's key. TensorFlow.js' own layer uses the
 * same mask in every step if it has a seed, and is not reproducible if it has none. Loaded models get TensorFlow.js'
 * layer, which is the same in inference. Output: same shape as the input, kept values scaled by 1 / (1 − rate).
 */
export function dropoutClass(tf: TensorFlow): LayerClass<DropoutConfig> {
  return class Dropout extends tf.layers.Layer {
    static className = 'Dropout';

    readonly #config: DropoutConfig;

    constructor(config: DropoutConfig) {
      super({ name: config.name });
      this.#config = config;
    }

    override call(inputs: Tensor | Tensor[], call: Partial<TrainingCall>): Tensor {
      return tf.tidy(() => {
        const x = onlyInput(inputs);
        const { rate, noiseShape } = this.#config;
        if (call.training !== true || rate === 0) return x;
        if (call.key === undefined) throw new Error(`The layer "${this.name}" needs the argument key in training.`);
        const [count = 0, ...sizes] = x.shape;
        const [, ...rest] = noiseShape ?? [null, ...sizes];
        const { from, of } = call.slice ?? { from: 0, of: count };
        const whole = statelessUniform(tf, [of, ...rest], this.#keyOf(call.key));
        const kept = tf.greaterEqual(of === count ? whole : tf.slice(whole, from, count), rate);
        return tf.mul(x, tf.mul(kept, 1 / (1 - rate)));
      });
    }

    #keyOf(key: Tensor1D): Tensor1D {
      const { index = 0 } = this.#config;
      return index === 0 ? key : tf.add(key, tf.tensor1d([Math.imul(index, KEY_STEP), 0], 'int32'));
    }

    override getConfig() {
      const { name, rate, noiseShape } = this.#config;
      return { ...super.getConfig(), name, rate, ...(noiseShape && { noiseShape: [...noiseShape] }) };
    }
  };
}
