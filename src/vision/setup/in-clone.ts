import type { Result } from '../../shared/problem.ts';
import { openProgressLine } from '../../shared/text/progress-line.ts';
import { setUpTensorFlow } from './tensorflow.ts';

/** Sets TensorFlow up in a clone of the repository, for `scripts/setup.js`; silent if there is nothing to do. */
export async function setUpClone(root: string): Promise<Result<unknown>> {
  const progress = openProgressLine(process.stderr);
  const result = await setUpTensorFlow(root, progress);
  progress.end();
  return result;
}
