/** How the learning rate changes from step to step within the stage. */
export interface LearningRateOptions {
  readonly learningRate: number;
  readonly schedule: Schedule;
  /** Linear warm-up: step t, counted from 0, uses (t + 1) / warmupSteps of the rate. The schedule begins afterwards. */
  readonly warmupSteps: number;
}

/** A learning rate schedule. In the formulas, t is the number of steps since the end of the warm-up. */
export type Schedule =
  /** learningRate / (1 + decay · t), as in Keras' legacy optimizers; constant if `decay` is 0. */
  | { readonly name: 'constant'; readonly decay: number }
  /** Follows half a cosine down to `finalLearningRate` at the last step (cosine annealing). */
  | { readonly name: 'cosine'; readonly finalLearningRate: number }
  /** learningRate · decayRate ^ (t / decaySteps), as Keras' `ExponentialDecay`. */
  | { readonly name: 'exponential'; readonly decayRate: number; readonly decaySteps: number };

/**
 * Returns the learning rate at a step.
 *
 * @param step the step within the stage, counted from 0.
 * @param steps the number of steps in the whole stage.
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
