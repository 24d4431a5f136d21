import { availableParallelism } from 'node:os';

/**
 * Returns the number of CPU cores that a stage may use, as the runner says. It may decide how much is done at once, never
 * what is computed.
 */
export function usableCores(): number {
  return Number(process.env['PIPELINE_CORES']) || availableParallelism();
}
