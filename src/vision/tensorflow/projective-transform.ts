import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { executeOp } from './execute-op.ts';
import type { TensorFlow } from './load.ts';

/**
 * Warps each image of a batch by its own projective transform, with bilinear interpolation; outside the image, edge
 * pixels are repeated (`tf.raw_ops.ImageProjectiveTransformV3`).
 *
 * @param images float32 [n, height, width, channels]. (With uint8 the op truncates, which darkens by half a level.)
 * @param transforms float32 [n, 8]. For a row a0 a1 a2 b0 b1 b2 c0 c1, the output pixel (x, y) is the input pixel ((a0
 *   x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) with k = c0 x + c1 y + 1.
 * @returns float32 [n, height, width, channels].
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
