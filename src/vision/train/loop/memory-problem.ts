import { problem } from '../../../shared/problem.ts';

/** What to say when TensorFlow's error means that the device's memory is used up; undefined for other errors. */
export function memoryProblem(error: unknown, batchSize: number) {
  const message = error instanceof Error ? error.message : '';
  if (!/OOM when allocating|RESOURCE_EXHAUSTED|ran out of memory|failed to allocate memory/i.test(message))
    return undefined;
  const advice =
    batchSize > 1
      ? `Try batch_size: ${Math.floor(batchSize / 2)}; smaller images or a smaller backbone help as well.`
      : 'Resize the images to fewer pixels, or take a smaller backbone.';
  return problem(`the device's memory is used up by a batch of ${batchSize}`, { advice });
}
