import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, test } from 'vitest';
import { fixedBatchNorm, fusedBatchNorm } from '../../../../src/vision/tensorflow/fused-batch-norm.ts';
import { foldIntoConvolutions } from '../../../../src/vision/tensorflow/trace/fold-into-convolutions.ts';
import { createGraph } from '../../../../src/vision/tensorflow/trace/graph.ts';
import { createProgram } from '../../../../src/vision/tensorflow/trace/program.ts';
import { traceFunction } from '../../../../src/vision/tensorflow/trace/trace.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();

const IMAGE = { dtype: 'float32', shape: [2, 5, 5, 3] } as const;
const inputs = { image: IMAGE } as const;

/** Returns fixed values for a shape, none of them zero. */
const constant = (shape: number[]) => tf.randomUniform(shape, 0.5, 1.5, 'float32', shape.length + (shape.at(-1) ?? 0));
const vector = (length: number, seed: number) => tf.randomUniform([length], 0.5, 1.5, 'float32', seed) as never;

const convolve = (x: Tensor) => tf.conv2d(x as Tensor4D, constant([3, 3, 3, 4]) as Tensor4D, 1, 'same');
const convolveDepthwise = (x: Tensor) =>
  tf.depthwiseConv2d(x as Tensor4D, constant([3, 3, 3, 2]) as Tensor4D, [1, 1], 'same');
const normalise = (x: Tensor) => {
  const channels = x.shape[3] ?? 0;
  const affine = { scale: vector(channels, 1), offset: vector(channels, 2) };
  return fixedBatchNorm(tf, x as Tensor4D, affine, { mean: vector(channels, 3), variance: vector(channels, 4) }, 1e-3);
};

type Work = (image: Tensor) => Record<string, Tensor>;

/** Returns the ops that remain after folding, without constants. */
function opsOf(work: Work): string[] {
  const graph = createGraph();
  const { outputs } = traceFunction(tf, graph, 'f', [], inputs, ({ image }) => work(image as Tensor));
  const roots = Object.values(outputs).map(({ node }) => node);
  foldIntoConvolutions(graph, roots);
  const ops = graph.nodesFor(roots).map(({ op }) => op);
  return ops.filter((op) => !['Const', 'Fill', 'Placeholder', 'EnsureShape'].includes(op)).sort();
}

const folded: [string, (image: Tensor) => Tensor, string[]][] = [
  ['batch normalization', (x) => tf.relu(normalise(convolve(x))), ['BiasAdd', 'Conv2D', 'Relu']],
  ['a factor', (x) => tf.mul(convolve(x), 0.17), ['BiasAdd', 'Conv2D']],
  ['a bias', (x) => tf.add(vector(4, 5), convolve(x)), ['BiasAdd', 'Conv2D']],
  [
    'a bias, batch normalization and a factor in sequence',
    (x) => tf.mul(normalise(tf.add(convolve(x), vector(4, 5))), tf.tensor1d([1, 2, 3, 4])),
    ['BiasAdd', 'Conv2D'],
  ],
  [
    'batch normalization after a depthwise convolution',
    (x) => tf.relu6(normalise(convolveDepthwise(x))),
    ['BiasAdd', 'DepthwiseConv2dNative', 'Relu6'],
  ],
];

describe('foldIntoConvolutions', () => {
  test.each(folded)('folds %s into the kernel and a bias', async (_, work, ops) => {
    expect(opsOf((image) => ({ y: work(image) }))).toEqual(ops);

    const image = tf.randomUniform([...IMAGE.shape], -1, 1, 'float32', 7);
    const program = createProgram(tf);
    const entry = program.entry('f', inputs, ({ image }) => ({ y: work(image) }));
    const session = await program.load();
    const { y } = await session.run(entry, { image: image.dataSync<'float32'>() });
    const expected = work(image).dataSync();
    expect(y).toHaveLength(expected.length);
    for (const [at, value] of y.entries()) expect(value).toBeCloseTo(expected[at] ?? 0, 4);
    await session.dispose();
  });
});

const notFolded: [string, Work, string[]][] = [
  [
    "the convolution's output has another user",
    (image) => {
      const convolved = convolve(image);
      return { y: normalise(convolved), z: tf.relu(convolved) };
    },
    ['Conv2D', 'FusedBatchNormV3', 'Relu'],
  ],
  [
    "the convolution's output is fetched",
    (image) => {
      const convolved = convolve(image);
      return { y: normalise(convolved), convolved };
    },
    ['Conv2D', 'FusedBatchNormV3'],
  ],
  [
    'batch normalization uses the statistics of the batch',
    (image) => {
      const affine = { scale: vector(4, 1), offset: vector(4, 2) };
      return { y: fusedBatchNorm(tf, convolve(image) as Tensor4D, affine, 1e-3, () => {}) };
    },
    ['Conv2D', 'FusedBatchNormV3'],
  ],
  [
    'the kernel depends on an input of the graph',
    (image) => ({
      y: tf.mul(tf.conv2d(image as Tensor4D, tf.slice(image, 0, [1, 1, 1, 3]).reshape([1, 1, 3, 1]), 1, 'same'), 2),
    }),
    ['Conv2D', 'Mul', 'Reshape', 'Slice'],
  ],
  [
    'there is not one factor for each channel',
    (image) => ({ y: tf.mul(convolve(image), constant([5, 5, 4])) }),
    ['Conv2D', 'Mul'],
  ],
  [
    'the result goes into a sum that is followed by an activation and has another user',
    (image) => {
      const sum = tf.add(
        normalise(convolve(image)),
        normalise(tf.conv2d(image as Tensor4D, constant([1, 1, 3, 4]) as Tensor4D, 1, 'same')),
      );
      return { y: tf.relu(sum), z: tf.exp(sum) };
    },
    ['Add', 'Conv2D', 'Conv2D', 'Exp', 'FusedBatchNormV3', 'FusedBatchNormV3', 'Relu'],
  ],
];

test.each(notFolded)('foldIntoConvolutions changes nothing when %s', (_, work, ops) => {
  expect(opsOf(work)).toEqual(ops);
});
