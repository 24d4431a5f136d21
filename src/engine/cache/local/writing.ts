import { type Result, success } from '../../../shared/problem.ts';
import { cacheProblem } from './cache-problem.ts';

/** Runs an action that writes the cache at `directory`, and turns an error of the file system into a problem. */
export function writing(directory: string, action: () => void): Result<void> {
  try {
    action();
    return success(undefined);
  } catch (error) {
    return cacheProblem(error, directory);
  }
}
