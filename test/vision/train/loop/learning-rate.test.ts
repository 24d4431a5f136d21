import { describe, expect, test } from 'vitest';
import {
  type LearningRateOptions,
  learningRateAt,
  scheduleProblems,
} from '../../../../src/vision/train/loop/learning-rate.ts';
import {
  constantSchedule,
  cosineRestartsSchedule,
  cosineSchedule,
  exponentialSchedule,
  linearSchedule,
  oneCycleSchedule,
  type Schedule,
  stepSchedule,
} from '../../../../src/vision/train/loop/schedules.ts';

const ratesOf = (schedule: Schedule, steps = 11, more: Partial<LearningRateOptions> = {}): number[] =>
  Array.from({ length: steps }, (_, step) =>
    learningRateAt({ learningRate: 0.1, warmupSteps: 0, schedule, ...more }, step, steps),
  );

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 8));

describe('the learning rate', () => {
  test('is constant with the constant schedule and a decay of 0', () => {
    expect(new Set(ratesOf(constantSchedule()))).toEqual(new Set([0.1]));
  });

  test("falls by decay, as in Keras' legacy optimizers", () => {
    expect(ratesOf(constantSchedule({ decay: 0.5 })).slice(0, 3)).toEqual([0.1, 0.1 / 1.5, 0.1 / 2]);
  });

  test('falls along half a cosine to the final rate at the last step', () => {
    const rates = ratesOf(cosineSchedule({ finalLearningRate: 0.02 }));
    expect(rates[0]).toBeCloseTo(0.1, 12);
    expect(rates[5]).toBeCloseTo(0.06, 12);
    expect(rates[10]).toBeCloseTo(0.02, 12);
  });

  test("falls exponentially, as Keras' ExponentialDecay", () => {
    const rates = ratesOf(exponentialSchedule({ decayRate: 0.5, decaySteps: 2 }));
    expect(rates[2]).toBeCloseTo(0.05, 12);
    expect(rates[3]).toBeCloseTo(0.1 * 0.5 ** 1.5, 12);
  });

  test("falls along a line, as Keras' PolynomialDecay(0.1, 10, end_learning_rate=0.02)", () => {
    expect(ratesOf(linearSchedule({ finalLearningRate: 0.02 }))).toEqual(
      close([0.1, 0.092, 0.084, 0.076, 0.068, 0.06, 0.052, 0.044, 0.036, 0.028, 0.02]),
    );
  });

  test("falls at each boundary, as PyTorch's MultiStepLR(milestones=[2, 5], gamma=0.5)", () => {
    const rates = ratesOf(stepSchedule({ boundaries: [2, 5], factor: 0.5 }), 7);
    expect(rates).toEqual([0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025]);
  });

  test("restarts, as Keras' CosineDecayRestarts(0.1, 10, t_mul=2.0, alpha=0.1)", () => {
    const rates = ratesOf(cosineRestartsSchedule({ cycles: 2, growth: 2, finalLearningRate: 0.01 }), 30);
    const inKeras = [0.1, 0.05499999, 0.01220245, 0.1, 0.08681981, 0.05499999, 0.01055402];
    const ours = [0, 5, 9, 10, 15, 20, 29].map((step) => rates[step]);
    expect(ours).toEqual(inKeras.map((value) => expect.closeTo(value, 6)));
  });

  test("restarts after equal times, as Keras' CosineDecayRestarts(0.1, 10, t_mul=1.0)", () => {
    const rates = ratesOf(cosineRestartsSchedule(), 30);
    const inKeras = [0.1, 0.05, 0.00244717, 0.1, 0.05, 0.1, 0.00244717];
    const ours = [0, 5, 9, 10, 15, 20, 29].map((step) => rates[step]);
    expect(ours).toEqual(inKeras.map((value) => expect.closeTo(value, 6)));
  });

  test('restarts with any number of cycles, however much these grow', () => {
    const rates = ratesOf(cosineRestartsSchedule({ cycles: 1000, growth: 1000 }), 100);
    expect([0, 50, 99].map((step) => rates[step])).toEqual([0.1, 0.05, 0].map((rate) => expect.closeTo(rate, 3)));
  });

  test("rises and falls once, by the formula of PyTorch's OneCycleLR", () => {
    // Cosines from 0.1 / 25 to 0.1 in the steps 0 to 2, and on to 0.1 / 25 / 10,000 in the steps 2 to 9.
    const [low, high, end] = [0.004, 0.1, 4e-7];
    const rates = ratesOf(oneCycleSchedule(), 10);
    expect(rates[0]).toBeCloseTo(low, 10);
    expect(rates[1]).toBeCloseTo((low + high) / 2, 10);
    expect(rates[2]).toBeCloseTo(high, 10);
    expect(rates[3]).toBeCloseTo(end + ((high - end) * (1 + Math.cos(Math.PI / 7))) / 2, 10);
    expect(rates[9]).toBeCloseTo(end, 10);
  });

  test('grows linearly in the warm-up, after which the schedule begins', () => {
    const rates = ratesOf(cosineSchedule(), 11, { warmupSteps: 4 });
    expect(rates.slice(0, 5).map((rate) => rate.toFixed(3))).toEqual(['0.025', '0.050', '0.075', '0.100', '0.100']);
    expect(rates[10]).toBeCloseTo(0, 12);
  });

  test('is what a function of the user returns, for the steps after the warm-up', () => {
    const asked: unknown[] = [];
    const schedule: Schedule = (at) => {
      asked.push(at);
      return at.learningRate * (1 - at.step / at.steps);
    };
    expect(ratesOf(schedule, 4, { warmupSteps: 2 })).toEqual([0.05, 0.1, 0.1, 0.05]);
    expect(asked).toEqual([0, 1].map((step) => ({ step, steps: 2, learningRate: 0.1 })));
  });
});

const builtIn: [string, Schedule][] = [
  ['constant', constantSchedule()],
  ['cosine', cosineSchedule()],
  ['cosine with restarts', cosineRestartsSchedule({ cycles: 4, growth: 1.5 })],
  ['exponential', exponentialSchedule()],
  ['linear', linearSchedule()],
  ['one cycle', oneCycleSchedule()],
  ['one cycle that only rises', oneCycleSchedule({ rise: 1 })],
  ['one cycle that only falls', oneCycleSchedule({ rise: 0 })],
  ['step', stepSchedule({ boundaries: [3] })],
];

const problemsOf = (schedule: unknown, updates = 10, warmupSteps = 0) =>
  scheduleProblems({ learningRate: 0.1, warmupSteps, schedule: schedule as Schedule }, updates);

describe('a schedule', () => {
  test.each(builtIn)('has a rate of 0 or more for each step, however short the training: %s', (_, schedule) => {
    for (const updates of [1, 2, 3, 7, 100]) {
      for (const warmup of [0, 2, 1000]) expect(problemsOf(schedule, updates, warmup)).toEqual([]);
    }
  });

  test.each<[string, unknown, string]>([
    ['that is none', 'cosine', "schedule is 'cosine', expected a function"],
    [
      'that divides by zero at some step',
      ({ step }: { step: number }) => 0.1 / (step - 4),
      'the schedule returned -0.025 for step 0 of 10 with the learning rate 0.1',
    ],
    [
      'that returns NaN',
      ({ step }: { step: number }) => Math.sqrt(7 - step),
      'the schedule returned NaN for step 8 of 10 with the learning rate 0.1',
    ],
    [
      'that returns nothing',
      () => undefined,
      'the schedule returned undefined for step 0 of 10 with the learning rate 0.1',
    ],
  ])('%s is refused before the training', (_, schedule, message) => {
    expect(problemsOf(schedule).map((found) => found.message)).toEqual([message]);
  });

  test('that gives another rate each time is refused: a resumed training would differ', () => {
    let calls = 0;
    const counting = () => {
      calls += 1;
      return calls;
    };
    expect(problemsOf(counting)).toEqual([
      {
        message: 'the schedule returned 1 for step 0 of 10, and then 2 for the same step',
        advice: 'Compute the rate from the step alone, so that a resumed training has the same rates.',
      },
    ]);
  });

  test.each([
    [() => cosineSchedule({ finalLearningRate: -1 }), /^cosineSchedule: finalLearningRate is -1, expected a number/],
    [() => oneCycleSchedule({ rise: 2 }), /^oneCycleSchedule: rise is 2, expected a number from 0 to 1$/],
    [() => stepSchedule({ boundaries: [0.5] }), /^stepSchedule: boundaries is \[ 0.5 \], expected numbers of steps$/],
  ])('with an option out of its range is refused: %s', (create, message) => {
    expect(create).toThrow(message);
  });
});
