import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { executeOp, nodeBackend } from './execute-op.ts';
import type { TensorFlow } from './load.ts';

/** The shape of a batch of images: count, height, width, channels. */
export type ImageBatchShape = readonly [number, number, number, number];

/**
 * Puts images on the device as bytes and casts them there: a quarter of what float32 would send.
 *
 * @param images uint8 pixels, row by row, as many as `shape` says.
 * @returns float32 of the same shape and values, 0 to 255.
 */
export function imagesToDevice(tf: TensorFlow, images: Uint8Array, shape: ImageBatchShape): Tensor4D {
  const backend = nodeBackend(tf);
  const id = backend.binding.createTensor([...shape], backend.binding.TF_UINT8, images);
  // TensorFlow.js knows no uint8, so only the backend's own (TypeScript-private) way in can register such a tensor.
  const bytes = backend['createOutputTensor']({ id, shape: [...shape], dtype: backend.binding.TF_UINT8 });
  const pixels = bytesToFloats(tf, bytes);
  bytes.dispose();
  return pixels as Tensor4D;
}

/** @param bytes uint8, which TensorFlow.js takes for int32. */
export function bytesToFloats(tf: TensorFlow, bytes: Tensor): Tensor {
  const { y } = executeOp(tf, {
    name: 'Cast',
    attributes: { SrcT: { type: 'uint8' }, DstT: { type: 'float' } },
    inputs: [bytes],
    outputs: ['y'],
  });
  return y;
}
