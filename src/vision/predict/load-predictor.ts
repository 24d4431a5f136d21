import type { StageFailure } from '../../index.ts';
import { type Result, success } from '../../shared/problem.ts';
import type { ModelFacts } from '../models/saved-model.ts';
import type { ExecutionMode } from '../train/step/execution-mode.ts';
import { type LoadModelOptions, loadModel } from './load-model.ts';
import { createPredictor, type Predictor } from './predictor.ts';
import type { TestTimeAugmentation } from './test-time-augmentation.ts';

export interface PredictorOptions extends LoadModelOptions {
  readonly batchSize: number;
  readonly execution: ExecutionMode;
  readonly augmentation: TestTimeAugmentation;
}

/**
 * Loads TensorFlow and a saved model. Disposing of the predictor also disposes of the model.
 *
 * @param directory the directory of the saved model.
 * @param samples the total number of images that will be predicted.
 * @returns a `failed` failure if TensorFlow cannot be loaded, a `bad-input` one if the model cannot.
 */
export async function loadPredictor(
  directory: string,
  facts: ModelFacts,
  samples: number,
  { batchSize, execution, augmentation, ...options }: PredictorOptions,
): Promise<Result<Predictor, StageFailure>> {
  const loaded = await loadModel(directory, facts, options);
  if (!loaded.ok) return loaded;
  const { tf, model } = loaded.value;
  const { height, width } = facts;
  // A graph for more images than there are would only take more time.
  const size = Math.max(1, Math.min(batchSize, samples));
  const predictor = await createPredictor(tf, execution, model, { height, width, batchSize: size, augmentation });
  return success({
    ...predictor,
    async dispose() {
      await predictor.dispose();
      model.dispose();
    },
  });
}
