import { inspect } from 'node:util';
import { checkOption } from '../../check-option.ts';

/** The position of an update in a training, for a schedule. */
export interface ScheduleStep {
  /** The number of the update, counted from 0 since the end of the warm-up. */
  readonly step: number;
  /** The number of updates from the end of the warm-up to that of the training. */
  readonly steps: number;
  /** The param `learning_rate`. */
  readonly learningRate: number;
}

/** Returns the learning rate of an update. The same position always has to give the same number, 0 or more. */
export type Schedule = (at: ScheduleStep) => number;

/** Returns learningRate / (1 + decay · step), as Keras' legacy optimizers; always the same rate if `decay` is 0. */
export function constantSchedule({ decay = 0 }: { readonly decay?: number | undefined } = {}): Schedule {
  checkOption('constantSchedule: decay', decay, NOT_NEGATIVE);
  return ({ step, learningRate }) => learningRate / (1 + decay * step);
}

/** A rate at the last update, 0 by default. */
export interface FinalRate {
  readonly finalLearningRate?: number | undefined;
}

/** Falls along half a cosine to `finalLearningRate` at the last update (cosine annealing). */
export function cosineSchedule({ finalLearningRate = 0 }: FinalRate = {}): Schedule {
  checkOption('cosineSchedule: finalLearningRate', finalLearningRate, NOT_NEGATIVE);
  return ({ step, steps, learningRate }) => alongCosine(learningRate, finalLearningRate, step / lastOf(steps));
}

/** Falls along a line to `finalLearningRate` at the last update, as Keras' `PolynomialDecay` with power 1. */
export function linearSchedule({ finalLearningRate = 0 }: FinalRate = {}): Schedule {
  checkOption('linearSchedule: finalLearningRate', finalLearningRate, NOT_NEGATIVE);
  return ({ step, steps, learningRate }) =>
    learningRate + (finalLearningRate - learningRate) * Math.min(1, step / lastOf(steps));
}

/** Returns learningRate · decayRate ^ (step / decaySteps), as Keras' `ExponentialDecay`. */
export function exponentialSchedule({
  decayRate = 0.96,
  decaySteps = 1000,
}: {
  readonly decayRate?: number | undefined;
  readonly decaySteps?: number | undefined;
} = {}): Schedule {
  checkOption('exponentialSchedule: decayRate', decayRate, NOT_NEGATIVE);
  checkOption('exponentialSchedule: decaySteps', decaySteps, [1, Number.MAX_SAFE_INTEGER]);
  return ({ step, learningRate }) => learningRate * decayRate ** (step / decaySteps);
}

/** Multiplies the rate by `factor` at each of some steps, as PyTorch's `MultiStepLR`. */
export function stepSchedule({
  boundaries,
  factor = 0.1,
}: {
  readonly boundaries: readonly number[];
  readonly factor?: number | undefined;
}): Schedule {
  checkOption('stepSchedule: factor', factor, NOT_NEGATIVE);
  if (!boundaries.every((boundary) => Number.isSafeInteger(boundary) && boundary >= 0))
    throw new RangeError(`stepSchedule: boundaries is ${inspect(boundaries)}, expected numbers of steps`);
  return ({ step, learningRate }) => learningRate * factor ** boundaries.filter((boundary) => step >= boundary).length;
}

/**
 * Falls along half a cosine several times, from `learningRate` to `finalLearningRate`, each time in `growth` times as many
 * steps as the time before (Loshchilov & Hutter, 2016), as Keras' `CosineDecayRestarts`. The last time ends with the
 * training.
 */
export function cosineRestartsSchedule({
  cycles = 3,
  growth = 1,
  finalLearningRate = 0,
}: FinalRate & { readonly cycles?: number | undefined; readonly growth?: number | undefined } = {}): Schedule {
  checkOption('cosineRestartsSchedule: cycles', cycles, [1, 1000]);
  checkOption('cosineRestartsSchedule: growth', growth, [1, 1000]);
  checkOption('cosineRestartsSchedule: finalLearningRate', finalLearningRate, NOT_NEGATIVE);
  // Counted back from the last one, whose length is 1, so that none is infinite.
  const count = Math.floor(cycles);
  const lengths = Array.from({ length: count }, (_, cycle) => growth ** (cycle + 1 - count));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  return ({ step, steps, learningRate }) => {
    let left = (step * total) / steps;
    for (const length of lengths) {
      if (left < length) return alongCosine(learningRate, finalLearningRate, left / length);
      left -= length;
    }
    return finalLearningRate;
  };
}

/**
 * Grows along half a cosine to `learningRate` in the share `rise` of the steps, and falls along another one to the last
 * (Smith & Topin, 2017), as PyTorch's `OneCycleLR`.
 */
export function oneCycleSchedule({
  rise = 0.3,
  initialLearningRate,
  finalLearningRate,
}: FinalRate & {
  /** From 0 to 1. */
  readonly rise?: number | undefined;
  /** learningRate / 25 by default. */
  readonly initialLearningRate?: number | undefined;
} = {}): Schedule {
  checkOption('oneCycleSchedule: rise', rise, [0, 1]);
  checkOption('oneCycleSchedule: initialLearningRate', initialLearningRate ?? 0, NOT_NEGATIVE);
  checkOption('oneCycleSchedule: finalLearningRate', finalLearningRate ?? 0, NOT_NEGATIVE);
  return ({ step, steps, learningRate }) => {
    const initial = initialLearningRate ?? learningRate / 25;
    const top = rise * steps - 1;
    if (step < top) return alongCosine(initial, learningRate, step / top);
    const fall = lastOf(steps) - top;
    return alongCosine(learningRate, finalLearningRate ?? initial / 1e4, fall > 0 ? (step - top) / fall : 0);
  };
}

const NOT_NEGATIVE = [0, Number.MAX_VALUE] as const;

/** The number of the last step, or 1 if that is the first one. */
function lastOf(steps: number): number {
  return Math.max(1, steps - 1);
}

/** @param done from 0 to 1. */
function alongCosine(from: number, to: number, done: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * done))) / 2;
}
