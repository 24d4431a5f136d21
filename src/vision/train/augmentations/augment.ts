import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { counted } from '../../../shared/wording.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { statelessUniform } from '../../tensorflow/stateless-random.ts';
import type { Augmentation, Batch, ImageSize } from './augmentation.ts';
import { checkedBatch, InvalidAugmentation } from './invalid-augmentation.ts';
import { type RandomKey, randomOf } from './random.ts';

/** Multiples of these are far apart, and from those by which the keys of dropout differ. */
const AUGMENTATION_STEP = 0x85ebca6b | 0;
const CALL_STEP = 0xc2b2ae35 | 0;

/** Returns how many numbers are drawn for each image. At least one, since no input of a graph is empty. */
export function drawnNumbers(augmentations: readonly Augmentation[]): number {
  return Math.max(1, numbersBefore(augmentations, augmentations.length));
}

function numbersBefore(augmentations: readonly Augmentation[], index: number): number {
  return augmentations.slice(0, index).reduce((sum, { draws }) => sum + (draws?.numbers ?? 0), 0);
}

/**
 * Draws the numbers of a step. Those of an image do not depend on the number of images.
 *
 * @returns float32 [count, drawn numbers], row-major.
 * @throws an `InvalidAugmentation` if one draws another number of them than it says.
 */
export function drawNumbers(
  augmentations: readonly Augmentation[],
  count: number,
  size: ImageSize,
  key: RandomKey,
): Float32Array {
  const columns = drawnNumbers(augmentations);
  const drawn = new Float32Array(count * columns);
  let column = 0;
  for (const [stream, augmentation] of augmentations.entries()) {
    const { draws } = augmentation;
    if (draws === undefined) continue;
    const random = randomOf(key, stream);
    for (let image = 0; image < count; image += 1) {
      const numbers = draws.draw(random, size);
      // Others would take the place of those of another augmentation or image.
      if (numbers.length !== draws.numbers) {
        const did = `drew ${counted(numbers.length, 'number')} for an image, expected ${draws.numbers}`;
        throw new InvalidAugmentation(
          augmentation,
          did,
          'Return as many from its "draws.draw" as "draws.numbers" says.',
        );
      }
      drawn.set(numbers, image * columns + column);
    }
    column += draws.numbers;
  }
  return drawn;
}

/**
 * Draws the numbers of a step, and applies augmentations with them, op by op.
 *
 * @throws an `InvalidAugmentation` as `drawNumbers` and `augment` do.
 */
export function augmentNow(
  tf: TensorFlow,
  augmentations: readonly Augmentation[],
  batch: Batch,
  { seed, step }: RandomKey,
): Batch {
  const [count, height, width] = batch.pixels.shape;
  const drawn = drawNumbers(augmentations, count, { height, width }, { seed, step });
  return augment(tf, augmentations, batch, {
    drawn: tf.tensor2d(drawn, [count, drawnNumbers(augmentations)]),
    key: tf.tensor1d([seed, step], 'int32'),
  });
}

/**
 * Applies augmentations in their order.
 *
 * @param drawn float32 [n, drawn numbers]: see `drawNumbers`.
 * @param key int32 [2]: seed and step.
 * @throws an `InvalidAugmentation` if one returns no batch of the same images.
 */
export function augment(
  tf: TensorFlow,
  augmentations: readonly Augmentation[],
  batch: Batch,
  { drawn, key }: { readonly drawn: Tensor2D; readonly key: Tensor1D },
): Batch {
  const [count, columns] = drawn.shape;
  return augmentations.reduce((augmented, augmentation, index) => {
    const { draws, apply } = augmentation;
    const numbers = draws?.numbers ?? 0;
    const own =
      numbers === columns ? drawn : tf.slice(drawn, [0, numbersBefore(augmentations, index)], [count, numbers]);
    let calls = 0;
    const uniform = (shape: readonly number[]) => {
      calls += 1;
      const step = Math.imul(index + 1, AUGMENTATION_STEP) + Math.imul(calls, CALL_STEP);
      return statelessUniform(tf, shape, tf.add(key, tf.tensor1d([step | 0, 0], 'int32')));
    };
    return checkedBatch(tf, augmentation, augmented, apply(augmented, { tf, drawn: own, uniform }));
  }, batch);
}
