import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { executeOp } from './execute-op.ts';
import type { TensorFlow } from './load.ts';

/** What one batch says about its channels, each float32 [channels]. */
export interface BatchStatistics {
  readonly mean: Tensor1D;
  /** Divided by the number of values less one. */
  readonly unbiasedVariance: Tensor1D;
}

/**
 * Normalises a batch by its own mean and biased variance, in one kernel forward and one backward.
 *
 * @param x float32 [n, height, width, channels].
 * @param scale float32 [channels], also called gamma.
 * @param offset float32 [channels], also called beta.
 * @param observe called once with the batch's statistics, which live until it returns.
 */
export function fusedBatchNorm(
  tf: TensorFlow,
  x: Tensor4D,
  scale: Tensor1D,
  offset: Tensor1D,
  epsilon: number,
  observe: (statistics: BatchStatistics) => void,
): Tensor4D {
  const attributes = {
    T: { type: 'float' },
    U: { type: 'float' },
    data_format: { string: 'NHWC' },
    is_training: { bool: true },
    epsilon: { float: epsilon },
  } as const;
  const normalise = tf.customGrad((...args) => {
    const save = args[3] as (saved: Tensor[]) => void;
    const unused = tf.tensor1d([]);
    const forward = executeOp(tf, {
      name: 'FusedBatchNormV3',
      attributes,
      inputs: [x, scale, offset, unused, unused],
      outputs: ['y', 'mean', 'variance', 'reserve1', 'reserve2', 'reserve3'],
    });
    observe({ mean: forward.mean as Tensor1D, unbiasedVariance: forward.variance as Tensor1D });
    save([x, scale, forward.reserve1, forward.reserve2, forward.reserve3]);
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
  return normalise(x, scale, offset) as Tensor4D;
}
