import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { skipN } from 'pure-rand/utils/skipN';

/** Decides the random numbers of a training step: the same key gives the same numbers. */
export interface RandomKey {
  readonly seed: number;
  /** Counted from 0 over all epochs. */
  readonly step: number;
}

/** Draws numbers at random. */
export interface Random {
  /** Returns a number in [from, to). */
  uniform(from: number, to: number): number;
  /** Returns a whole number from 0 to count − 1. */
  index(count: number): number;
  /** Returns a number of the distribution Beta(alpha, alpha), which is symmetric around 0.5. */
  beta(alpha: number): number;
}

/** 2³² divided by the golden ratio, as int32: its multiples are far apart. */
const STREAM_STEP = 0x9e3779b9 | 0;

/** Returns the random numbers of a step. Streams with different numbers are independent. */
export function randomOf({ seed, step }: RandomKey, stream: number): Random {
  const first = (seed + Math.imul(stream, STREAM_STEP)) | 0;
  const generator = xoroshiro128plusFromState([first, step, ~seed, ~step]);
  // Generators whose states differ in few bits produce correlated numbers at first: skip these.
  skipN(generator, 32);
  const uniform = (from: number, to: number) => from + (to - from) * uniformFloat64(generator);
  return {
    uniform,
    index: (count) => uniformInt(generator, 0, count - 1),
    beta: (alpha) => beta(() => uniform(0, 1), alpha),
  };
}

/** Draws from Beta(alpha, alpha) as the share of one of two numbers of the distribution Gamma(alpha, 1). */
function beta(uniform: () => number, alpha: number): number {
  const [one, other] = [logarithmOfGamma(uniform, alpha), logarithmOfGamma(uniform, alpha)];
  return 1 / (1 + Math.exp(other - one));
}

/**
 * Draws from Gamma(shape, 1) by the method of Marsaglia and Tsang (2000). Returns the logarithm: for a small shape, most
 * of the numbers are too small for a float.
 */
function logarithmOfGamma(uniform: () => number, shape: number): number {
  if (shape < 1) return logarithmOfGamma(uniform, shape + 1) + Math.log(1 - uniform()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(uniform);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}

/** Draws from the standard normal distribution by the method of Box and Muller. */
function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
