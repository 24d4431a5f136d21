import type { serialization, Tensor } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { statelessTruncatedNormal, statelessUniform } from '../../tensorflow/stateless-random.ts';

/** The deviation of a normal distribution that is cut off at 2. */
const TRUNCATED_DEVIATION = 0.87962566103423978;

/** Gives a layer's weight its first values. */
export type Initializer = ReturnType<TensorFlow['initializers']['zeros']> & serialization.Serializable;

/**
 * Keras' default: uniform within ±√(6 / (inputs + outputs)).
 *
 * This one and `heNormal` are TensorFlow.js' own but for the numbers, which TensorFlow draws: number by number in
 * JavaScript, a network of 80 million weights takes many seconds.
 */
export function glorotUniform(tf: TensorFlow, seed: number): Initializer {
  return drawnBy(tf.initializers.glorotUniform({ seed }), (shape) =>
    tf.tidy(() => {
      const { inputs, outputs } = fans(tf, shape);
      const limit = Math.sqrt(6 / (inputs + outputs));
      return tf.sub(tf.mul(statelessUniform(tf, shape, key(tf, seed)), 2 * limit), limit);
    }),
  );
}

/** For what a ReLU follows: normal with the variance 2 / inputs, cut off at two deviations. */
export function heNormal(tf: TensorFlow, seed: number): Initializer {
  return drawnBy(tf.initializers.heNormal({ seed }), (shape) =>
    tf.tidy(() => {
      const deviation = Math.sqrt(2 / fans(tf, shape).inputs) / TRUNCATED_DEVIATION;
      return tf.mul(statelessTruncatedNormal(tf, shape, key(tf, seed)), deviation);
    }),
  );
}

function drawnBy(initializer: Initializer, draw: (shape: number[]) => Tensor): Initializer {
  initializer.apply = (shape) => draw(shape as number[]);
  return initializer;
}

/** Of a kernel whose last two axes are the channels that go in and come out. */
function fans(tf: TensorFlow, shape: number[]) {
  const size = tf.util.sizeFromShape(shape);
  return { inputs: size / (shape.at(-1) ?? 1), outputs: size / (shape.at(-2) ?? 1) };
}

function key(tf: TensorFlow, seed: number) {
  return tf.tensor1d([seed, 0], 'int32');
}
