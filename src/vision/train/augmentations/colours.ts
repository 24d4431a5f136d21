import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { executeOp } from '../../tensorflow/execute-op.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';

/** Limits values to those of pixels, from 0 to 255. */
export function clipPixels(tf: TensorFlow, pixels: Tensor): Tensor4D {
  return tf.clipByValue(pixels as Tensor4D, 0, 255);
}

/** Returns the luma of each pixel by the weights of ITU-R 601, as Pillow: float32 [n, height, width, 1]. */
export function greyOf(tf: TensorFlow, pixels: Tensor4D): Tensor4D {
  return tf.sum(tf.mul(pixels, tf.tensor1d([0.299, 0.587, 0.114])), 3, true);
}

/** Returns the mean luma of each image: float32 [n, 1, 1, 1]. */
export function meanGreyOf(tf: TensorFlow, pixels: Tensor4D): Tensor4D {
  return tf.mean(greyOf(tf, pixels), [1, 2], true);
}

/** Returns `degenerate` + factor · (pixels − `degenerate`), limited to 0…255, as Pillow's `ImageEnhance`. */
export function blend(tf: TensorFlow, degenerate: Tensor, pixels: Tensor4D, factor: Tensor): Tensor4D {
  return clipPixels(tf, tf.add(degenerate, tf.mul(factor, tf.sub(pixels, degenerate))));
}

/** Turns the hue of each image by a share of the colour circle. @param shares float32 [n, 1, 1, 1], from −0.5 to 0.5. */
export function shiftHue(tf: TensorFlow, pixels: Tensor4D, shares: Tensor4D): Tensor4D {
  const hsv = convert(tf, 'RGBToHSV', tf.div(pixels, 255));
  const [hue, saturation, value] = tf.split(hsv, 3, 3) as [Tensor4D, Tensor4D, Tensor4D];
  const shifted = tf.mod(tf.add(hue, shares), 1);
  return tf.mul(convert(tf, 'HSVToRGB', tf.concat([shifted, saturation, value], 3)), 255);
}

function convert(tf: TensorFlow, name: 'RGBToHSV' | 'HSVToRGB', images: Tensor): Tensor4D {
  const { output } = executeOp(tf, {
    name,
    attributes: { T: { type: 'float' } },
    inputs: [images],
    outputs: ['output'],
  });
  return output as Tensor4D;
}
