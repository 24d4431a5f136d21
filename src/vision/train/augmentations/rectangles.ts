import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { ImageSize } from './augmentation.ts';
import { perImage } from './per-image.ts';
import type { Random } from './random.ts';

/** Whole numbers of pixels. */
export interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** The ranges from which the rectangles of `randomResizedCrop` and `randomErasing` are drawn. */
export interface RectangleRanges {
  /** The least and the greatest share of the image's area. */
  readonly scale: readonly [number, number];
  /** The least and the greatest width divided by the height. */
  readonly ratio: readonly [number, number];
}

/** How often another rectangle is drawn if one does not fit into the image, as in torchvision. */
const ATTEMPTS = 10;

/** Draws a rectangle of random area, ratio and position; undefined if none of several fits into the image. */
export function randomRectangle(
  random: Random,
  size: ImageSize,
  { scale, ratio }: RectangleRanges,
): Rectangle | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const area = size.height * size.width * random.uniform(...scale);
    const aspect = Math.exp(random.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
    const [height, width] = [Math.round(Math.sqrt(area / aspect)), Math.round(Math.sqrt(area * aspect))];
    if (height < 1 || width < 1 || height > size.height || width > size.width) continue;
    return {
      top: random.index(size.height - height + 1),
      left: random.index(size.width - width + 1),
      height,
      width,
    };
  }
  return undefined;
}

/** The numbers that `insideRectangles` takes: top, left, bottom and right. */
export function edgesOf(rectangle: Rectangle | undefined): readonly [number, number, number, number] {
  if (rectangle === undefined) return [0, 0, 0, 0];
  const { top, left, height, width } = rectangle;
  return [top, left, top + height, left + width];
}

/**
 * Returns which pixels are inside of the rectangle of their image.
 *
 * @param edges float32 [n, 4]: see `edgesOf`.
 * @returns bool [n, height, width, 1].
 */
export function insideRectangles(tf: TensorFlow, edges: Tensor2D, pixels: Tensor4D): Tensor4D {
  const [count, height, width] = pixels.shape;
  const [top, left, bottom, right] = [0, 1, 2, 3].map((column) => perImage(tf, edges, column)) as [
    Tensor4D,
    Tensor4D,
    Tensor4D,
    Tensor4D,
  ];
  const between = (at: Tensor, from: Tensor, to: Tensor) => tf.logicalAnd(tf.greaterEqual(at, from), tf.less(at, to));
  const rows = between(tf.reshape(tf.range(0, height), [1, height, 1, 1]), top, bottom);
  const columns = between(tf.reshape(tf.range(0, width), [1, 1, width, 1]), left, right);
  return tf.broadcastTo(tf.logicalAnd(rows, columns), [count, height, width, 1]);
}
