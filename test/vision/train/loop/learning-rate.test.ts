import { describe, expect, test } from 'vitest';
import {
  type LearningRateOptions,
  learningRateAt,
  type Schedule,
} from '../../../../src/vision/train/loop/learning-rate.ts';

const STEPS = 11;
const ratesOf = (schedule: Schedule, more: Partial<LearningRateOptions> = {}): number[] =>
  Array.from({ length: STEPS }, (_, step) =>
    learningRateAt({ learningRate: 0.1, warmupSteps: 0, schedule, ...more }, step, STEPS),
  );

describe('the learning rate', () => {
  test('is constant with the constant schedule and a decay of 0', () => {
    expect(new Set(ratesOf({ name: 'constant', decay: 0 }))).toEqual(new Set([0.1]));
  });

  test("falls by decay, as in Keras' legacy optimizers", () => {
    const rates = ratesOf({ name: 'constant', decay: 0.5 });
    expect(rates.slice(0, 3)).toEqual([0.1, 0.1 / 1.5, 0.1 / 2]);
  });

  test('falls along half a cosine to the final rate at the last step', () => {
    const rates = ratesOf({ name: 'cosine', finalLearningRate: 0.02 });
    expect(rates[0]).toBeCloseTo(0.1, 12);
    expect(rates[5]).toBeCloseTo(0.06, 12);
    expect(rates[10]).toBeCloseTo(0.02, 12);
  });

  test("falls exponentially, as Keras' ExponentialDecay", () => {
    const rates = ratesOf({ name: 'exponential', decayRate: 0.5, decaySteps: 2 });
    expect(rates[2]).toBeCloseTo(0.05, 12);
    expect(rates[3]).toBeCloseTo(0.1 * 0.5 ** 1.5, 12);
  });

  test('grows linearly in the warm-up, after which the schedule begins', () => {
    const rates = ratesOf({ name: 'cosine', finalLearningRate: 0 }, { warmupSteps: 4 });
    expect(rates.slice(0, 5).map((rate) => rate.toFixed(3))).toEqual(['0.025', '0.050', '0.075', '0.100', '0.100']);
    expect(rates[10]).toBeCloseTo(0, 12);
  });
});
