import type { Predictor } from './predictor.ts';

/** Returns a predictor that averages the probabilities of each image and its mirror image (test-time augmentation). */
export function withTestTimeFlip(predictor: Predictor, width: number): Predictor {
  return {
    ...predictor,
    async probabilities(images, count) {
      const probabilities = await predictor.probabilities(images, count);
      const mirrored = await predictor.probabilities(mirror(images, width), count);
      return probabilities.map((value, at) => (value + (mirrored[at] ?? 0)) / 2);
    },
  };
}

/** Reverses each row of images, uint8 [count, height, width, 3]. */
function mirror(images: Uint8Array, width: number): Uint8Array {
  const mirrored = new Uint8Array(images.length);
  const row = width * 3;
  for (let begin = 0; begin < images.length; begin += row) {
    for (let from = begin, to = begin + row - 3; from < begin + row; from += 3, to -= 3) {
      mirrored[to] = images[from] ?? 0;
      mirrored[to + 1] = images[from + 1] ?? 0;
      mirrored[to + 2] = images[from + 2] ?? 0;
    }
  }
  return mirrored;
}
