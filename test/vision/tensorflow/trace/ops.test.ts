import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { expect, test } from 'vitest';
import { projectiveTransform } from '../../../../src/vision/tensorflow/projective-transform.ts';
import { statelessUniform } from '../../../../src/vision/tensorflow/stateless-random.ts';
import { createProgram } from '../../../../src/vision/tensorflow/trace/program.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();

const x = tf.randomUniform([2, 9, 8, 4], -1, 1, 'float32', 1) as Tensor4D;
const filter = tf.randomUniform([3, 2, 4, 6], -1, 1, 'float32', 2) as Tensor4D;
const depthwise = tf.randomUniform([3, 3, 4, 2], -1, 1, 'float32', 3) as Tensor4D;
const a = tf.randomUniform([3, 4], -1, 1, 'float32', 4) as Tensor2D;
const b = tf.randomUniform([5, 4], -1, 1, 'float32', 5) as Tensor2D;

type Fed = Record<'x' | 'filter' | 'depthwise' | 'a' | 'b', Tensor>;
const inputs = { x, filter, depthwise, a, b };
const conv = (fed: Fed, strides: number, pad: 'same' | 'valid', dilations = 1) =>
  tf.conv2d(fed.x as Tensor4D, fed.filter as Tensor4D, strides, pad, 'NHWC', dilations);
const gradient = (of: (x: Tensor) => Tensor) => (fed: Fed) => tf.grad((t) => tf.sum(tf.square(of(t))))(fed.x);

/** The ops of the backbones and their training, and some ops without an inference rule. */
const functions: Record<string, (fed: Fed) => Tensor> = {
  'convolution, same': (fed) => conv(fed, 1, 'same'),
  'convolution, strides, same': (fed) => conv(fed, 2, 'same'),
  'convolution, strides, valid': (fed) => conv(fed, 2, 'valid'),
  'convolution, dilated': (fed) => conv(fed, 1, 'valid', 2),
  'convolution, gradient by the input': (fed) => gradient((t) => conv({ ...fed, x: t }, 2, 'same'))(fed),
  'convolution, gradient by the filter': (fed) => tf.grad((t) => conv({ ...fed, filter: t }, 2, 'valid'))(fed.filter),
  'depthwise convolution': (fed) => tf.depthwiseConv2d(fed.x as Tensor4D, fed.depthwise as Tensor4D, 2, 'same'),
  'depthwise convolution, gradient by the input': (fed) =>
    gradient((t) => tf.depthwiseConv2d(t as Tensor4D, fed.depthwise as Tensor4D, 2, 'valid'))(fed),
  'depthwise convolution, gradient by the filter': (fed) =>
    tf.grad((t) => tf.depthwiseConv2d(fed.x as Tensor4D, t as Tensor4D, 1, 'same'))(fed.depthwise),
  'max pooling': (fed) => tf.maxPool(fed.x as Tensor4D, 3, 2, 'same'),
  'max pooling, gradient': gradient((t) => tf.maxPool(t as Tensor4D, 3, 2, 'valid')),
  'average pooling': (fed) => tf.avgPool(fed.x as Tensor4D, [3, 2], 1, 'valid'),
  'average pooling, gradient': gradient((t) => tf.avgPool(t as Tensor4D, 3, 2, 'same')),
  'batch normalization by moving averages': (fed) =>
    tf.batchNorm4d(
      fed.x as Tensor4D,
      tf.tensor1d([0, 1, 0, 2]),
      tf.tensor1d([1, 2, 3, 4]),
      tf.tensor1d([0, 0, 1, 1]),
      tf.tensor1d([1, 2, 1, 2]),
    ),
  'matrix product': (fed) => tf.matMul(fed.a, fed.b, false, true),
  'matrix product, both transposed': (fed) => tf.matMul(fed.b.transpose(), fed.a, true, true),
  'softmax, gradient': (fed) => tf.grad((t) => tf.square(tf.softmax(t)))(fed.a),
  'relu, relu6, sigmoid, tanh': ({ a }) => tf.addN([tf.relu(a), tf.relu6(a), tf.sigmoid(a), tf.tanh(a)]),
  'relu6, gradient': (fed) => tf.grad((t) => tf.relu6(tf.mul(t, 10)))(fed.a),
  broadcasting: ({ a, b }) => tf.mul(tf.sub(a.reshape([3, 1, 4]), b), tf.tensor1d([1, 2, 3, 4])),
  'broadcasting, gradient': (fed) => tf.grad((t) => tf.square(tf.add(t.reshape([3, 1, 4]), fed.b)))(fed.a),
  clipping: (fed) => tf.clipByValue(fed.a, -0.5, 0.5),
  'clipping, gradient': (fed) => tf.grad((t) => tf.clipByValue(t, -0.5, 0.5))(fed.a),
  mean: ({ x }) => tf.mean(x, [1, -2]),
  'mean, keeping axes': ({ x }) => tf.mean(x, [1, 2], true),
  'mean, gradient': gradient((t) => tf.mean(t, [1, 2])),
  max: ({ x }) => tf.max(x, 3),
  argmax: ({ a }) => tf.argMax(a, 1),
  comparisons: ({ a }) => tf.logicalAnd(tf.greater(a, 0), tf.less(a, 0.5)),
  'cast and where': ({ a }) => tf.where(tf.greater(a, 0), a, tf.cast(tf.cast(a, 'int32'), 'float32')),
  'concatenation, gradient': gradient((t) => tf.concat([t, tf.square(t)], 3)),
  slice: ({ x }) => tf.slice(x, [0, 1, 2, 0], [-1, 4, 3, -1]),
  'slice, gradient': gradient((t) => tf.slice(t, [0, 1, 2, 0], [2, 4, 3, 1])),
  'strided slice': ({ x }) => tf.stridedSlice(x, [0, 0, 1, 0], [2, 9, 8, 4], [1, 2, 3, 1]),
  padding: ({ x }) =>
    tf.pad(
      x,
      [
        [0, 0],
        [1, 2],
        [3, 0],
        [0, 0],
      ],
      7,
    ),
  'uneven split': ({ x }) => tf.split(x, [1, 3], 3)[1] ?? x,
  tile: ({ a }) => tf.tile(a, [2, 3]),
  'reshape with an inferred length': ({ x }) => tf.reshape(x, [2, -1]),
  transposition: ({ x }) => tf.transpose(x, [3, 0, 2, 1]),
  gather: ({ b }) => tf.gather(b, tf.tensor1d([4, 0, 0], 'int32')),
  'one hot': ({ a }) => tf.oneHot(tf.argMax(a, 1), 4),
  'large constants with equal values': ({ x }) => tf.add(x, tf.fill([9, 8, 4], 2)),
  'random values': ({ a }) => tf.mul(a, statelessUniform(tf, [3, 4], tf.tensor1d([1, 2], 'int32') as Tensor1D)),
  'projective transform': ({ x }) => {
    const turn = [0, -1, 7, 1, 0, 0, 0, 0];
    return projectiveTransform(tf, x as Tensor4D, tf.tensor2d([turn, turn]));
  },
};

test.each(Object.entries(functions))('%s gives the same values in a graph as op by op', async (_, run) => {
  const eager = tf.tidy(() => {
    const result = run(inputs);
    return { shape: result.shape, dtype: result.dtype, values: [...result.dataSync()] };
  });
  const program = createProgram(tf);
  const specs = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape }]) => [name, { dtype: 'float32', shape } as const]),
  );
  let traced: { shape: readonly number[]; dtype: string } | undefined;
  const entry = program.entry('f', specs, (fed) => {
    const result = run(fed as Fed);
    traced = { shape: result.shape, dtype: result.dtype };
    return { result };
  });
  const session = await program.load();
  const fed = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, tensor.dataSync<'float32'>()]));
  const values = [...((await session.run(entry, fed))['result'] ?? [])];
  await session.dispose();
  expect(traced).toEqual({ shape: eager.shape, dtype: eager.dtype });
  expect(values).toEqual(eager.values.map((value) => expect.closeTo(value, 5)));
});
