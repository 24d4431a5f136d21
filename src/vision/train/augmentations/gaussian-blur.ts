import type { Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { checkOption } from '../../check-option.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { Augmentation } from './augmentation.ts';
import { perImage } from './per-image.ts';

/** The options of `gaussianBlur`. */
export interface GaussianBlurOptions {
  /** The probability that an image is blurred. */
  readonly probability: number;
  /** The least and the greatest standard deviation, in pixels. */
  readonly sigma: readonly [number, number];
}

/**
 * Blurs images by a Gaussian kernel of random width, with the kernel and the reflected border of torchvision's
 * `GaussianBlur`. The kernel covers three times the greatest standard deviation in each direction: images must be larger.
 */
export function gaussianBlur({ probability = 0.5, sigma = [0.1, 2] }: Partial<GaussianBlurOptions> = {}): Augmentation {
  checkOption('gaussianBlur: probability', probability, [0, 1]);
  checkOption('gaussianBlur: sigma', sigma, [0.01, 100]);
  const radius = Math.ceil(3 * sigma[1]);
  const offsets = Array.from({ length: 2 * radius + 1 }, (_, index) => index - radius);
  return {
    name: 'gaussian-blur',
    draws: {
      numbers: offsets.length,
      draw: (random) => {
        const isBlurred = random.uniform(0, 1) < probability;
        const deviation = random.uniform(...sigma);
        const weights = offsets.map((offset) =>
          isBlurred ? Math.exp(-0.5 * (offset / deviation) ** 2) : Number(offset === 0),
        );
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        return weights.map((weight) => weight / total);
      },
    },
    apply: ({ pixels, targets }, { tf, drawn }) => {
      const weights = offsets.map((_, index) => perImage(tf, drawn, index));
      return { pixels: along(tf, along(tf, pixels, weights, 1), weights, 2), targets };
    },
  };
}

/** Convolves each image with its own kernel along an axis: 1 for the rows, 2 for the columns. */
function along(tf: TensorFlow, pixels: Tensor4D, weights: readonly Tensor4D[], axis: 1 | 2): Tensor4D {
  const radius = (weights.length - 1) / 2;
  const padded = tf.mirrorPad(
    pixels,
    [0, 1, 2, 3].map((each) => (each === axis ? [radius, radius] : [0, 0])) as [number, number][],
    'reflect',
  );
  const shifted = weights.map((weight, offset) => {
    const begin: [number, number, number, number] = [0, 0, 0, 0];
    begin[axis] = offset;
    return tf.mul(tf.slice(padded, begin, pixels.shape), weight);
  });
  return shifted.reduce((sum, each) => tf.add(sum, each)) as Tensor4D;
}
