import type { LayersModel, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { outputsOf } from '../models/forward.ts';
import type { TensorFlow } from '../tensorflow/load.ts';

/** Variants of an image that are predicted, too, and averaged with it. */
export interface TestTimeAugmentation {
  /** Whether the mirrored image is predicted as well. */
  readonly horizontalFlip: boolean;
  /** How often an image is enlarged around its centre, such as `[1, 1.15]`; 1 is the image itself. */
  readonly scales: readonly number[];
}

export const NO_AUGMENTATION: TestTimeAugmentation = { horizontalFlip: false, scales: [1] };

/**
 * Returns the mean of what the heads put out for all variants of the images.
 *
 * @param pixels float32 [n, height, width, 3], values from 0 to 255.
 * @returns float32 [n, all columns].
 */
export function averagedOutputs(
  tf: TensorFlow,
  model: LayersModel,
  pixels: Tensor4D,
  { horizontalFlip, scales }: TestTimeAugmentation,
): Tensor2D {
  return tf.tidy(() => {
    const enlarged = scales.map((scale) => (scale === 1 ? pixels : enlarge(tf, pixels, scale)));
    const variants = enlarged.flatMap((each) => (horizontalFlip ? [each, tf.reverse(each, 2)] : [each]));
    const [first = pixels, ...others] = variants;
    const own = outputsOf(tf, model, first);
    if (others.length === 0) return own;
    const sum = others.reduce((total, each) => tf.add(total, outputsOf(tf, model, each)) as Tensor2D, own);
    return tf.div(sum, variants.length) as Tensor2D;
  });
}

/** Cuts out the centre and resizes it, bilinearly, to the size of the whole. */
function enlarge(tf: TensorFlow, pixels: Tensor4D, scale: number): Tensor4D {
  const [count, height, width, channels] = pixels.shape;
  const [cutHeight, cutWidth] = [height, width].map((size) => Math.max(1, Math.round(size / scale))) as [
    number,
    number,
  ];
  const begin: [number, number, number, number] = [
    0,
    Math.floor((height - cutHeight) / 2),
    Math.floor((width - cutWidth) / 2),
    0,
  ];
  const centre = tf.slice(pixels, begin, [count, cutHeight, cutWidth, channels]);
  return tf.image.resizeBilinear(centre, [height, width], false, true);
}
