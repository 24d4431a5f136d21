import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { checkOption } from '../../check-option.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { projectiveTransform } from '../../tensorflow/projective-transform.ts';
import { aroundCentre } from './around-centre.ts';
import type { Augmentation, ImageSize } from './augmentation.ts';
import { blend, greyOf, meanGreyOf } from './colours.ts';
import { perImage, select } from './per-image.ts';
import type { Random } from './random.ts';

/** The options of `randAugment`. */
export interface RandAugmentOptions {
  /** How many operations are applied to each image, one after the other. */
  readonly operations: number;
  /** How strong they are, from 0 to 30. */
  readonly magnitude: number;
}

const STRONGEST = 30;
const UNCHANGED = [1, 0, 0, 0, 1, 0, 0, 0] as const;

/** The operations that move pixels: from −1 to 1 how strong, to a row as expected by `projectiveTransform`. */
const MOVES: readonly ((strength: number, size: ImageSize) => readonly number[])[] = [
  (strength) => [1, 0.3 * strength, 0, 0, 1, 0, 0, 0],
  (strength) => [1, 0, 0, 0.3 * strength, 1, 0, 0, 0],
  (strength, { width }) => [1, 0, (150 / 331) * width * strength, 0, 1, 0, 0, 0],
  (strength, { height }) => [1, 0, 0, 0, 1, (150 / 331) * height * strength, 0, 0],
  (strength, size) => {
    const angle = (30 * strength * Math.PI) / 180;
    const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
    return aroundCentre([cosine, -sine, sine, cosine], size);
  },
];

/** The operations that change colours, with the number that each of them takes for a strength from −1 to 1. */
const COLOURS = {
  brightness: (strength: number) => 1 + 0.9 * strength,
  color: (strength: number) => 1 + 0.9 * strength,
  contrast: (strength: number) => 1 + 0.9 * strength,
  sharpness: (strength: number) => 1 + 0.9 * strength,
  /** The width of the steps to which values are rounded down, from 1 to 16. */
  posterize: (strength: number) => 2 ** Math.round(4 * Math.abs(strength)),
  /** The least value that is inverted. */
  solarize: (strength: number) => 255 * (1 - Math.abs(strength)),
  autocontrast: () => 0,
} as const;

type Colour = keyof typeof COLOURS;
const COLOUR_NAMES = Object.keys(COLOURS) as readonly Colour[];

/**
 * Applies random operations (Cubuk et al., "RandAugment: Practical Automated Data Augmentation with a Reduced Search
 * Space", 2020), with the ranges of torchvision's `RandAugment`: identity, shear, translation, rotation, brightness, colour,
 * contrast, sharpness, posterization, solarization and automatic contrast. There is no equalization. Outside of the image,
 * edge pixels are repeated.
 */
export function randAugment({ operations = 2, magnitude = 9 }: Partial<RandAugmentOptions> = {}): Augmentation {
  checkOption('randAugment: operations', operations, [1, 10]);
  checkOption('randAugment: magnitude', magnitude, [0, STRONGEST]);
  const perOperation = UNCHANGED.length + 2;
  return {
    name: 'rand-augment',
    draws: {
      numbers: operations * perOperation,
      draw: (random, size) =>
        Array.from({ length: operations }, () => randomOperation(random, size, magnitude / STRONGEST)).flat(),
    },
    apply: ({ pixels, targets }, { tf, drawn }) => {
      const [count] = drawn.shape;
      let x = pixels;
      for (let operation = 0; operation < operations; operation += 1) {
        const own = tf.slice(drawn, [0, operation * perOperation], [count, perOperation]);
        x = projectiveTransform(tf, x, tf.slice(own, [0, 0], [count, UNCHANGED.length]));
        x = changeColours(tf, x, perImage(tf, own, UNCHANGED.length), perImage(tf, own, UNCHANGED.length + 1));
      }
      return { pixels: x, targets };
    },
  };
}

/** Returns a row for `projectiveTransform`, the number of an operation on colours, or −1, and what that takes. */
function randomOperation(random: Random, size: ImageSize, most: number): readonly number[] {
  // One more, which changes nothing.
  const chosen = random.index(MOVES.length + COLOUR_NAMES.length + 1);
  const strength = most * (random.uniform(0, 1) < 0.5 ? -1 : 1);
  const move = MOVES[chosen];
  if (move !== undefined) return [...move(strength, size), -1, 0];
  const colour = COLOUR_NAMES[chosen - MOVES.length];
  if (colour === undefined) return [...UNCHANGED, -1, 0];
  return [...UNCHANGED, chosen - MOVES.length, COLOURS[colour](strength)];
}

/**
 * Changes the colours of each image by its own operation.
 *
 * @param chosen float32 [n, 1, 1, 1]: the number of the operation; −1 for none.
 * @param value float32 [n, 1, 1, 1]: what it takes.
 */
function changeColours(tf: TensorFlow, pixels: Tensor4D, chosen: Tensor4D, value: Tensor4D): Tensor4D {
  const is = (colour: Colour) => tf.equal(chosen, COLOUR_NAMES.indexOf(colour));
  const choose = (colour: Colour, changed: Tensor, otherwise: Tensor) => select(tf, is(colour), changed, otherwise);
  const black = tf.zerosLike(pixels);
  const degenerate = choose(
    'color',
    greyOf(tf, pixels),
    choose('contrast', meanGreyOf(tf, pixels), choose('sharpness', smooth(tf, pixels), black)),
  );
  const isBlended = tf.lessEqual(chosen, COLOUR_NAMES.indexOf('sharpness'));
  const factor = tf.where(tf.logicalAnd(isBlended, tf.greaterEqual(chosen, 0)), value, tf.onesLike(value));
  const blended = tf.where(tf.equal(factor, 1), pixels, blend(tf, degenerate, pixels, factor));
  // Steps of less than 1 would divide by zero for images with another operation.
  const step = tf.maximum(value, 1);
  const posterized = choose('posterize', tf.mul(tf.floor(tf.div(pixels, step)), step), blended);
  const solarized = choose(
    'solarize',
    tf.where(tf.greaterEqual(pixels, value), tf.sub(255, pixels), pixels),
    posterized,
  );
  return choose('autocontrast', stretch(tf, pixels), solarized);
}

/** Smooths by a kernel of 3×3 with a heavy centre, and leaves the outermost pixels as they are, as Pillow's `SMOOTH`. */
function smooth(tf: TensorFlow, pixels: Tensor4D): Tensor4D {
  const [count, height, width, channels] = pixels.shape;
  if (height < 3 || width < 3) return pixels;
  const inner = (y: number, x: number) => tf.slice(pixels, [0, y, x, 0], [count, height - 2, width - 2, channels]);
  const offsets = [0, 1, 2];
  const all = offsets.flatMap((y) => offsets.map((x) => inner(y, x)));
  const sum = tf.add(tf.addN(all), tf.mul(inner(1, 1), 4));
  const isInner = (length: number): Tensor2D =>
    tf.tensor2d(
      Array.from({ length }, (_, index) => Number(index > 0 && index < length - 1)),
      [length, 1],
    );
  const mask = tf.reshape(tf.mul(isInner(height), tf.transpose(isInner(width))), [1, height, width, 1]);
  const padded = tf.pad(tf.div(sum, 13) as Tensor4D, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  return tf.where(tf.greater(mask, 0), padded, pixels);
}

/** Stretches the values of each channel of each image to 0…255. */
function stretch(tf: TensorFlow, pixels: Tensor4D): Tensor4D {
  const [least, greatest] = [tf.min(pixels, [1, 2], true), tf.max(pixels, [1, 2], true)];
  const range = tf.sub(greatest, least);
  const stretched = tf.div(tf.mul(tf.sub(pixels, least), 255), tf.maximum(range, 1e-3));
  return tf.where(tf.greater(range, 1e-3), stretched, pixels) as Tensor4D;
}
