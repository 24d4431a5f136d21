import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { executeOp } from './execute-op.ts';
import type { TensorFlow } from './load.ts';

/**
 * Warps each image of a batch by a projective transform of its own: bilinear, the edge pixels repeated outside.
 *
 * @param images float32 [n, height, width, channels]; on uint8 the op truncates, which darkens by half a level.
 * @param transforms float32 [n, 8]; a row a0 a1 a2 b0 b1 b2 c0 c1 takes the output's pixel (x, y) from the input's
 *   ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) with k = c0 x + c1 y + 1.
 */
export function projectiveTransform(tf: TensorFlow, images: Tensor4D, transforms: Tensor2D): Tensor4D {
  return tf.tidy(() => {
    const [, height, width] = images.shape;
    const { transformed } = executeOp(tf, {
      name: 'ImageProjectiveTransformV3',
      attributes: { dtype: { type: 'float' }, interpolation: { string: 'BILINEAR' }, fill_mode: { string: 'NEAREST' } },
      inputs: [images, transforms, tf.tensor1d([height, width], 'int32'), tf.scalar(0)],
      outputs: ['transformed'],
    });
    return transformed as Tensor4D;
  });
}
