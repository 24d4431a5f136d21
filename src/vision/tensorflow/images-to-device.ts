import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { executeOp, nodeBackend } from './execute-op.ts';
import type { TensorFlow } from './load.ts';

/** The shape of a batch of images: count, height, width, channels. */
export type ImageBatchShape = readonly [number, number, number, number];

/**
 * Copies images to the device as uint8 and casts them there, which transfers a quarter of the bytes of float32.
 *
 * @param images uint8 [count, height, width, channels], row-major.
 * @returns float32 [count, height, width, channels], values from 0 to 255.
 */
export function imagesToDevice(tf: TensorFlow, images: Uint8Array, shape: ImageBatchShape): Tensor4D {
  const backend = nodeBackend(tf);
  const id = backend.binding.createTensor([...shape], backend.binding.TF_UINT8, images);
  // TensorFlow.js has no uint8: only this (TypeScript-private) method of the backend can register such a tensor.
  const bytes = backend['createOutputTensor']({ id, shape: [...shape], dtype: backend.binding.TF_UINT8 });
  const pixels = bytesToFloats(tf, bytes);
  bytes.dispose();
  return pixels as Tensor4D;
}

/**
 * Casts a tensor to float32.
 *
 * @param bytes uint8 on the device; TensorFlow.js takes it for int32.
 * @returns float32 of the same shape, values from 0 to 255.
 */
export function bytesToFloats(tf: TensorFlow, bytes: Tensor): Tensor {
  const { y } = executeOp(tf, {
    name: 'Cast',
    attributes: { SrcT: { type: 'uint8' }, DstT: { type: 'float' } },
    inputs: [bytes],
    outputs: ['y'],
  });
  return y;
}
