import type { Problem } from '../../../shared/problem.ts';

/** Returns the problem of a training that diverged. */
export function divergedProblem(message: string): Problem {
  return {
    message,
    advice:
      'The training diverged: lower learning_rate, set clip_global_norm to 1, or set warmup_steps, ' +
      'and rerun the stage.',
  };
}
