import type { Tensor1D } from '@tensorflow/tfjs-node-gpu';
import type { Head } from '../../src/vision/index.ts';

const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** A head of a project's own: a direction in degrees. 359 and 1 are close, which no regression knows. */
export const direction: Head = {
  name: 'direction',
  kinds: ['numbers'],
  columns: () => 2,
  build: (layers, features, { name }) => layers.dense(features, { name, units: 2 }),
  encode(label, { target, weight }) {
    target.set([Math.cos(radians(Number(label))), Math.sin(radians(Number(label)))]);
    weight.fill(1);
  },
  loss: (tf, { outputs, target, weight }) => tf.sum(tf.mul(tf.squaredDifference(outputs, target), weight), 1),
  decode([x = 0, y = 0]) {
    return Float32Array.of((Math.atan2(y, x) * 180) / Math.PI);
  },
  metrics: {
    degrees_off([degrees = 0], label) {
      const away = Math.abs(degrees - Number(label)) % 360;
      return Math.min(away, 360 - away);
    },
  },
};

/** Another one: how many of something there are, by the Poisson loss. */
export const count: Head = {
  name: 'count',
  kinds: ['numbers'],
  columns: ({ classes }) => classes,
  build(layers, features, { name, classes }) {
    const dense = layers.tf.layers.dense({
      ...{ name, units: classes, activation: 'softplus' },
      kernelInitializer: layers.initializer(),
    });
    return layers.apply(features, dense);
  },
  encode(label, { target, weight }) {
    target.set(label.split(';').map(Number));
    weight.fill(1);
  },
  loss(tf, { outputs, target, weight }) {
    const losses = tf.sub(outputs, tf.mul(target, tf.log(tf.add(outputs, 1e-7))));
    return tf.sum(tf.mul(losses, weight), 1) as Tensor1D;
  },
  decode: (outputs) => outputs,
  metrics: { mae: ([found = 0], label) => Math.abs(found - Number(label)) },
};
