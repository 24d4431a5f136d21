import { badInput, failed, type StageFailure } from '../../index.ts';
import { failure, type Result, success } from '../../shared/problem.ts';
import { loadModel, type ModelFacts } from '../models/saved-model.ts';
import { loadTensorFlow } from '../tensorflow/load.ts';
import type { ExecutionMode } from '../train/step/execution-mode.ts';
import { batchSizesOf } from '../train/step/trainer.ts';
import { createPredictor, type Predictor } from './predictor.ts';

export interface PredictorOptions {
  readonly batchSize: number;
  /** The number of intra-op threads. Another number changes results by rounding errors. */
  readonly threads: number;
  readonly execution: ExecutionMode;
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
  { height, width }: ModelFacts,
  samples: number,
  { batchSize, threads, execution }: PredictorOptions,
): Promise<Result<Predictor, StageFailure>> {
  const tensorFlow = await loadTensorFlow({ intraOpThreads: threads });
  if (!tensorFlow.ok) return failure(failed(tensorFlow.failure));
  const model = await loadModel(tensorFlow.value, directory);
  if (!model.ok) return failure(badInput(model.failure));
  const batchSizes = batchSizesOf(samples, batchSize);
  const predictor = await createPredictor(tensorFlow.value, execution, model.value, { height, width, batchSizes });
  return success({
    ...predictor,
    async dispose() {
      await predictor.dispose();
      model.value.dispose();
    },
  });
}
