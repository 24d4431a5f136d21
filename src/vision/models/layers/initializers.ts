import type { serialization, Tensor } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { statelessTruncatedNormal, statelessUniform } from '../../tensorflow/stateless-random.ts';

/** The standard deviation of a standard normal distribution truncated at ±2. */
const TRUNCATED_DEVIATION = 0.87962566103423978;

/** Creates the initial values of a layer's weight. */
export type Initializer = ReturnType<TensorFlow['initializers']['zeros']> & serialization.Serializable;

/**
 * Returns Keras' `GlorotUniform` initializer: uniform in ±√(6 / (fan in + fan out)).
 *
 * This one and `heNormal` are TensorFlow.js' initializers, except that TensorFlow draws the random numbers: in
 * JavaScript, a network of 80 million weights takes many seconds.
 */
export function glorotUniform(tf: TensorFlow, seed: number): Initializer {
  return withSampler(tf.initializers.glorotUniform({ seed }), (shape) =>
    tf.tidy(() => {
      const { inputs, outputs } = fans(tf, shape);
      const limit = Math.sqrt(6 / (inputs + outputs));
      return tf.sub(tf.mul(statelessUniform(tf, shape, key(tf, seed)), 2 * limit), limit);
    }),
  );
}

/**
 * Returns Keras' `HeNormal` initializer for layers before a ReLU: truncated normal with the variance 2 / fan in. With
 * `outputs`, the variance is 2 / fan out, as Keras' `VarianceScaling` with the mode `fan_out`.
 */
export function heNormal(tf: TensorFlow, seed: number, fan: 'inputs' | 'outputs' = 'inputs'): Initializer {
  return withSampler(tf.initializers.heNormal({ seed }), (shape) =>
    tf.tidy(() => {
      const deviation = Math.sqrt(2 / fans(tf, shape)[fan]) / TRUNCATED_DEVIATION;
      return tf.mul(statelessTruncatedNormal(tf, shape, key(tf, seed)), deviation);
    }),
  );
}

function withSampler(initializer: Initializer, sample: (shape: number[]) => Tensor): Initializer {
  initializer.apply = (shape) => sample(shape as number[]);
  return initializer;
}

/** Returns fan in and fan out of a kernel whose last two axes are input and output channels. */
function fans(tf: TensorFlow, shape: number[]) {
  const size = tf.util.sizeFromShape(shape);
  return { inputs: size / (shape.at(-1) ?? 1), outputs: size / (shape.at(-2) ?? 1) };
}

function key(tf: TensorFlow, seed: number) {
  return tf.tensor1d([seed, 0], 'int32');
}
