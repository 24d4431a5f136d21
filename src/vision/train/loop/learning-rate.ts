/** How the learning rate goes on from what it starts with, step by step within the stage. */
export interface LearningRateOptions {
  readonly learningRate: number;
  readonly schedule: Schedule;
  /** Of these steps the t-th, from 0, has the share (t + 1) / warmupSteps of the rate; the schedule begins after them. */
  readonly warmupSteps: number;
}

/** Where t counts the steps after the warm-up from 0. */
export type Schedule =
  /** learningRate / (1 + decay · t), as Keras' optimizers had it: constant with a decay of 0. */
  | { readonly name: 'constant'; readonly decay: number }
  /** Along half a cosine to the final rate at the last step. */
  | { readonly name: 'cosine'; readonly finalLearningRate: number }
  /** learningRate · decayRate ^ (t / decaySteps). */
  | { readonly name: 'exponential'; readonly decayRate: number; readonly decaySteps: number };

export const scheduleNames = ['constant', 'cosine', 'exponential'] as const satisfies readonly Schedule['name'][];

/**
 * @param step within the stage, from 0.
 * @param steps of the whole stage.
 */
export function learningRateAt(options: LearningRateOptions, step: number, steps: number): number {
  const { learningRate, schedule, warmupSteps } = options;
  if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps;
  const t = step - warmupSteps;
  switch (schedule.name) {
    case 'constant':
      return learningRate / (1 + schedule.decay * t);
    case 'cosine': {
      const done = t / Math.max(1, steps - warmupSteps - 1);
      const { finalLearningRate } = schedule;
      return finalLearningRate + ((learningRate - finalLearningRate) * (1 + Math.cos(Math.PI * done))) / 2;
    }
    case 'exponential':
      return learningRate * schedule.decayRate ** (t / schedule.decaySteps);
    default:
      return schedule satisfies never;
  }
}
