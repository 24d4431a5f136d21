import type { Problem } from '../../../shared/problem.ts';
import { shown } from '../../invalid-module-code.ts';
import type { Schedule } from './schedules.ts';

/** How the learning rate changes from update to update within the stage. */
export interface LearningRateOptions {
  readonly learningRate: number;
  readonly schedule: Schedule;
  /** Linear warm-up: update t, counted from 0, uses (t + 1) / warmupSteps of the rate. The schedule begins afterwards. */
  readonly warmupSteps: number;
}

/**
 * Returns the learning rate of an update.
 *
 * @param update the number of the update within the stage, counted from 0.
 * @param updates the number of updates in the whole stage.
 */
export function learningRateAt(options: LearningRateOptions, update: number, updates: number): number {
  const { learningRate, schedule, warmupSteps } = options;
  if (update < warmupSteps) return (learningRate * (update + 1)) / warmupSteps;
  return schedule({ step: update - warmupSteps, steps: updates - warmupSteps, learningRate });
}

/**
 * Asks a schedule, which the code of a stage may give, for the rates of all updates, before a training takes hours.
 *
 * @param updates the number of updates in the whole stage.
 */
export function scheduleProblems(options: LearningRateOptions, updates: number): Problem[] {
  const { schedule, learningRate, warmupSteps } = options;
  if (typeof schedule !== 'function') {
    const advice = 'Give a function such as ({ step, steps, learningRate }) => learningRate * (1 - step / steps).';
    return [{ message: `schedule is ${shown(schedule)}, expected a function`, advice }];
  }
  const steps = updates - warmupSteps;
  for (let step = 0; step < steps; step += 1) {
    const ask = (): unknown => schedule({ step, steps, learningRate });
    const [rate, again] = [ask(), ask()];
    if (typeof rate !== 'number' || !Number.isFinite(rate) || rate < 0) {
      const message = `the schedule returned ${shown(rate)} for step ${step} of ${steps} with the learning rate ${learningRate}`;
      return [{ message, advice: 'Return a finite number, 0 or more, for each step from 0 to steps - 1.' }];
    }
    if (rate !== again) {
      const message = `the schedule returned ${rate} for step ${step} of ${steps}, and then ${shown(again)} for the same step`;
      return [
        { message, advice: 'Compute the rate from the step alone, so that a resumed training has the same rates.' },
      ];
    }
  }
  return [];
}
