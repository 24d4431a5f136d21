export const AVERAGES = ['probabilities', 'logarithms'] as const;
/** How the predictions of several models are averaged: their arithmetic mean, or the normalized geometric one. */
export type Average = (typeof AVERAGES)[number];

/** What a head puts out in one of several models. */
export interface WeightedOutputs {
  /** [columns]. */
  readonly outputs: Float32Array;
  /** How much the model counts; the shares of all models sum to 1. */
  readonly share: number;
}

/** A probability of 0 of one model would rule out a class for all: it counts as 1e-7, as in the loss. */
const LEAST = 1e-7;

/** Returns the arithmetic mean of each column. */
export function meanOutputs(models: readonly WeightedOutputs[]): Float64Array {
  return sumOf(models, (value) => value);
}

/** Averages probabilities that sum to 1. */
export function averageShares(models: readonly WeightedOutputs[], average: Average): Float64Array {
  if (average === 'probabilities') return meanOutputs(models);
  const product = geometricMean(models, (value) => value);
  const sum = product.reduce((all, each) => all + each, 0);
  return product.map((each) => each / sum);
}

/** Averages probabilities of which each answers a question of its own. */
export function averageDecisions(models: readonly WeightedOutputs[], average: Average): Float64Array {
  if (average === 'probabilities') return meanOutputs(models);
  const yes = geometricMean(models, (value) => value);
  const no = geometricMean(models, (value) => 1 - value);
  return yes.map((each, column) => each / (each + (no[column] ?? 0)));
}

function geometricMean(models: readonly WeightedOutputs[], of: (value: number) => number): Float64Array {
  return sumOf(models, (value) => Math.log(Math.max(of(value), LEAST))).map(Math.exp);
}

function sumOf(models: readonly WeightedOutputs[], of: (value: number) => number): Float64Array {
  const sum = new Float64Array(models[0]?.outputs.length ?? 0);
  for (const { outputs, share } of models)
    for (const [column, value] of outputs.entries()) sum[column] = (sum[column] ?? 0) + share * of(value);
  return sum;
}
