import { inspect } from 'node:util';
import { failed, type StageFailure } from '../index.ts';
import { failure, type Problem, type Result } from '../shared/problem.ts';
import { shortened } from '../shared/wording.ts';

/**
 * What a function did wrong that the module of a stage gives, such as an augmentation. It is thrown, since TensorFlow.js
 * is in between while a step is traced.
 */
export class InvalidModuleCode extends Error {
  readonly problem: Problem;

  constructor(message: string, advice: string) {
    super(message);
    this.problem = { message, advice };
  }
}

/**
 * Runs `work` if nothing is wrong with what the module of a stage gives.
 *
 * @param problems what is wrong with it.
 * @returns a `failed` failure if there are problems, or if some of it turns out to be invalid in `work`.
 * @throws other errors of `work`.
 */
export async function withCheckedCode<Value>(
  problems: readonly Problem[],
  work: () => Promise<Result<Value, StageFailure>>,
): Promise<Result<Value, StageFailure>> {
  if (problems.length > 0) return failure(failed(problems));
  try {
    return await work();
  } catch (error) {
    if (error instanceof InvalidModuleCode) return failure(failed([error.problem]));
    throw error;
  }
}

/** Returns type and shape of a tensor as a message shows them: `float32 [8, 3]`. */
export function tensorText({ dtype, shape }: { readonly dtype: string; readonly shape: readonly number[] }): string {
  return `${dtype} [${shape.join(', ')}]`;
}

/** Returns a value as a message shows it. */
export function shown(value: unknown): string {
  return shortened(inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY }));
}
