import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { executeOp } from './execute-op.ts';
import type { TensorFlow } from './load.ts';

/** The statistics of one batch, each float32 [channels]. */
export interface BatchStatistics {
  readonly mean: Tensor1D;
  /** With Bessel's correction: divided by the number of values minus 1. */
  readonly unbiasedVariance: Tensor1D;
}

/** Fixed statistics to normalize by, each float32 [channels]. */
export interface FixedStatistics {
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
}

/** The affine transform after the normalization, each float32 [channels]. */
export interface Affine {
  /** Gamma. */
  readonly scale: Tensor1D;
  /** Beta. */
  readonly offset: Tensor1D;
}

/**
 * Normalizes a batch by its own mean and biased variance (training mode), with one kernel forward and one backward.
 *
 * @param x float32 [n, height, width, channels].
 * @param epsilon added to the variance.
 * @param observe called once with the statistics of the batch, which are disposed of when it returns.
 * @returns float32 [n, height, width, channels].
 */
export function fusedBatchNorm(
  tf: TensorFlow,
  x: Tensor4D,
  affine: Affine,
  epsilon: number,
  observe: (statistics: BatchStatistics) => void,
): Tensor4D {
  const unused = tf.tensor1d([]) as Tensor1D;
  return normalize(tf, x, affine, { mean: unused, variance: unused }, kernelAttributes(epsilon, true), observe);
}

/**
 * Normalizes a batch by fixed statistics (inference mode), with one kernel forward and one backward.
 *
 * @param x float32 [n, height, width, channels].
 * @param epsilon added to the variance.
 * @returns float32 [n, height, width, channels].
 */
export function fixedBatchNorm(
  tf: TensorFlow,
  x: Tensor4D,
  affine: Affine,
  statistics: FixedStatistics,
  epsilon: number,
): Tensor4D {
  return normalize(tf, x, affine, statistics, kernelAttributes(epsilon, false));
}

type KernelAttributes = ReturnType<typeof kernelAttributes>;

function kernelAttributes(epsilon: number, training: boolean) {
  return {
    T: { type: 'float' },
    U: { type: 'float' },
    data_format: { string: 'NHWC' },
    is_training: { bool: training },
    epsilon: { float: epsilon },
  } as const;
}

function normalize(
  tf: TensorFlow,
  x: Tensor4D,
  { scale, offset }: Affine,
  { mean, variance }: FixedStatistics,
  attributes: KernelAttributes,
  observe?: (statistics: BatchStatistics) => void,
): Tensor4D {
  const run = tf.customGrad((...args) => {
    const save = args[3] as (saved: Tensor[]) => void;
    const forward = executeOp(tf, {
      name: 'FusedBatchNormV3',
      attributes,
      inputs: [x, scale, offset, mean, variance],
      outputs: ['y', 'mean', 'variance', 'reserve1', 'reserve2', 'reserve3'],
    });
    observe?.({ mean: forward.mean as Tensor1D, unbiasedVariance: forward.variance as Tensor1D });
    // The reserved outputs of the kernel are only valid in training mode.
    const [reserve1, reserve2] = observe === undefined ? [mean, variance] : [forward.reserve1, forward.reserve2];
    save([x, scale, reserve1, reserve2, forward.reserve3]);
    return {
      value: forward.y,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const backward = executeOp(tf, {
          name: 'FusedBatchNormGradV3',
          attributes,
          inputs: [dy, ...saved],
          outputs: ['dx', 'dscale', 'doffset', 'reserve4', 'reserve5'],
        });
        return [backward.dx, backward.dscale, backward.doffset];
      },
    };
  });
  return run(x, scale, offset) as Tensor4D;
}
