import type { HeadLayout } from '../heads/head-layout.ts';

/** How the probabilities of several models are averaged: their arithmetic mean, or the normalized geometric one. */
export const AVERAGES = ['probabilities', 'logarithms'] as const;
export type Average = (typeof AVERAGES)[number];

/** A probability of 0 of one model would rule out a class for all: it counts as 1e-7, as in the loss. */
const LEAST = 1e-7;

export interface WeightedProbabilities {
  /** float32 `[count, all columns]`, row-major. */
  readonly probabilities: Float32Array;
  readonly weight: number;
}

/**
 * Averages the predictions of several models, in float64. The probabilities of one model stay as they are.
 *
 * @param layout the heads, which are normalized each by itself when logarithms are averaged.
 * @returns float32 `[count, all columns]`, row-major.
 */
export function averageOf(
  models: readonly WeightedProbabilities[],
  average: Average,
  layout: HeadLayout,
): Float32Array {
  const [first] = models;
  if (first === undefined) throw new Error('There is nothing to average.');
  if (models.length === 1) return first.probabilities;
  const total = models.reduce((sum, { weight }) => sum + weight, 0);
  const mean = new Float64Array(first.probabilities.length);
  for (const { probabilities, weight } of models) {
    for (let at = 0; at < mean.length; at += 1) {
      const value = probabilities[at] ?? 0;
      mean[at] =
        (mean[at] ?? 0) + (weight / total) * (average === 'logarithms' ? Math.log(Math.max(value, LEAST)) : value);
    }
  }
  return Float32Array.from(average === 'logarithms' ? normalizedHeads(mean.map(Math.exp), layout) : mean);
}

function normalizedHeads(values: Float64Array, { heads, totalColumns }: HeadLayout): Float64Array {
  const normalized = new Float64Array(values.length);
  for (let row = 0; row < values.length; row += totalColumns) {
    for (const { offset, columns } of heads) {
      const begin = row + offset;
      const head = values.subarray(begin, begin + columns);
      const sum = head.reduce((all, each) => all + each, 0);
      normalized.set(
        head.map((each) => each / sum),
        begin,
      );
    }
  }
  return normalized;
}
