import { problem } from '../../../shared/problem.ts';

/** Returns a problem if TensorFlow's error means that the device is out of memory; undefined for other errors. */
export function memoryProblem(error: unknown, batchSize: number) {
  const message = error instanceof Error ? error.message : '';
  if (!/OOM when allocating|RESOURCE_EXHAUSTED|ran out of memory|failed to allocate memory/i.test(message))
    return undefined;
  const advice =
    batchSize > 1
      ? `Set batch_size to ${Math.floor(batchSize / 2)}, or use smaller images or a smaller backbone.`
      : 'Use smaller images or a smaller backbone.';
  return problem(`the device ran out of memory with a batch size of ${batchSize}`, { advice });
}
