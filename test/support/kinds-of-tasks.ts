import type { Head, Heads, HeadTask } from '../../src/vision/heads/head.ts';

/** A task for each kind of labels, each with the built-in head. */
export const KINDS_OF_TASKS: readonly HeadTask[] = [
  { name: 'colour', classes: 3, class_names: ['red', 'green', '<b>blue</b>'] },
  { name: 'tags', kind: 'classes', classes: 4, class_names: ['cat', 'dog', 'bird', 'fish'] },
  { name: 'length', kind: 'ordered', classes: 3, class_names: ['short', 'knee', 'long'] },
  { name: 'size', kind: 'numbers', classes: 2, fitted: { mean: [10, 5], deviation: [1, 0.5] } },
];

/** A task with a head of somebody's own: an angle in degrees, from a point on the plane. */
export const ANGLE: HeadTask = { name: 'angle', kind: 'numbers', classes: 1, head: 'angle' };

const angle: Head = {
  name: 'angle',
  kinds: ['numbers'],
  columns: () => 2,
  build: (layers, features, { name }) => layers.dense(features, { name, units: 2 }),
  encode(label, { target, weight }) {
    const radians = (Number(label) * Math.PI) / 180;
    target.set([Math.cos(radians), Math.sin(radians)]);
    weight.fill(1);
  },
  loss: (tf, { outputs, target, weight }) => tf.sum(tf.mul(tf.squaredDifference(outputs, target), weight), 1),
  decode: ([x = 0, y = 0]) => Float32Array.of((Math.atan2(y, x) * 180) / Math.PI),
  metrics: {},
};

export const ANGLE_HEADS: Heads = { angle };
