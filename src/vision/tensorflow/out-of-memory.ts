import { failed, type StageFailure } from '../../index.ts';
import { failure, type Result } from '../../shared/problem.ts';

/**
 * Runs `work`, and turns TensorFlow's error that the device is out of memory into a failure with advice.
 *
 * @param batchSize the number of images that `work` computes at once.
 * @throws other errors of `work`.
 */
export async function withMemoryAdvice<Value>(
  batchSize: number,
  work: () => Promise<Result<Value, StageFailure>>,
): Promise<Result<Value, StageFailure>> {
  try {
    return await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    if (!/OOM when allocating|RESOURCE_EXHAUSTED|ran out of memory|failed to allocate memory/i.test(message))
      throw error;
    const advice =
      batchSize > 1
        ? `Set batch_size to ${Math.floor(batchSize / 2)}, or use smaller images or a smaller backbone.`
        : 'Use smaller images or a smaller backbone.';
    return failure(failed([{ message: `the device ran out of memory with a batch size of ${batchSize}`, advice }]));
  }
}
