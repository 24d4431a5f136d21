import type { LayerVariable, Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { fixedBatchNorm, fusedBatchNorm } from '../../tensorflow/fused-batch-norm.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { LayerClass } from './layer-class.ts';
import { onlyInput } from './only-input.ts';

export interface BatchNormalizationConfig {
  readonly name: string;
  /** The momentum of the moving averages; 0.99 by default. */
  readonly momentum?: number;
  /** Added to the variance; 0.001 by default. */
  readonly epsilon?: number;
  /** Whether to add the trainable offset beta; true by default. */
  readonly center?: boolean;
  /** Whether to multiply by the trainable factor gamma; true by default. */
  readonly scale?: boolean;
}

interface Weights {
  readonly gamma: LayerVariable | undefined;
  readonly beta: LayerVariable | undefined;
  readonly movingMean: LayerVariable;
  readonly movingVariance: LayerVariable;
}

/**
 * Returns the class of a batch normalization layer that uses TensorFlow's fused kernel in training. TensorFlow.js' own
 * layer uses a dozen ops instead, and throws with `scale: false`.
 *
 * It behaves as Keras 3's `BatchNormalization`: same defaults, biased variance in the moving average, and inference
 * mode if the layer is not trainable. Class name, weights and config are those of TensorFlow.js' layer, so any
 * TensorFlow.js loads a saved model. Input and output: float32 [n, height, width, channels].
 */
export function batchNormalizationClass(tf: TensorFlow): LayerClass<BatchNormalizationConfig> {
  return class BatchNormalization extends tf.layers.Layer {
    static className = 'BatchNormalization';

    readonly #config: Required<BatchNormalizationConfig>;
    #weights: Weights | undefined;

    constructor(config: BatchNormalizationConfig) {
      super({ name: config.name });
      this.#config = { momentum: 0.99, epsilon: 1e-3, center: true, scale: true, ...config };
    }

    override build(inputShape: (number | null)[]): void {
      const shape = [inputShape.at(-1) ?? null];
      const { zeros, ones } = tf.initializers;
      this.#weights = {
        gamma: this.#config.scale ? this.addWeight('gamma', shape, 'float32', ones()) : undefined,
        beta: this.#config.center ? this.addWeight('beta', shape, 'float32', zeros()) : undefined,
        movingMean: this.addWeight('moving_mean', shape, 'float32', zeros(), undefined, false),
        movingVariance: this.addWeight('moving_variance', shape, 'float32', ones(), undefined, false),
      };
      this.built = true;
    }

    override call(inputs: Tensor | Tensor[], { training = false }: { training?: boolean }): Tensor {
      if (this.#weights === undefined) throw new Error(`The layer "${this.name}" was called before it was built.`);
      const { gamma, beta, movingMean, movingVariance } = this.#weights;
      return tf.tidy(() => {
        const x = onlyInput(inputs) as Tensor4D;
        const channels = x.shape[3];
        const scale = (gamma?.read() ?? tf.ones([channels])) as Tensor1D;
        const offset = (beta?.read() ?? tf.zeros([channels])) as Tensor1D;
        const { momentum, epsilon } = this.#config;
        if (!(training && this.trainable)) {
          const [mean, variance] = [movingMean.read() as Tensor1D, movingVariance.read() as Tensor1D];
          return fixedBatchNorm(tf, x, { scale, offset }, { mean, variance }, epsilon);
        }
        return fusedBatchNorm(tf, x, { scale, offset }, epsilon, ({ mean, unbiasedVariance }) => {
          const valuesPerChannel = x.size / channels;
          const biasedShare = (valuesPerChannel - 1) / valuesPerChannel;
          const average = (moving: LayerVariable, value: Tensor, share: number) =>
            moving.write(tf.add(tf.mul(moving.read(), momentum), tf.mul(value, (1 - momentum) * share)));
          average(movingMean, mean, 1);
          average(movingVariance, unbiasedVariance, biasedShare);
        });
      });
    }

    override getConfig() {
      return { ...super.getConfig(), ...this.#config };
    }
  };
}
