import { badInput, failed, type StageFailure } from '../../index.ts';
import { failure, type Result, success } from '../../shared/problem.ts';
import { loadModel, type ModelFacts } from '../models/saved-model.ts';
import { loadTensorFlow } from '../tensorflow/load.ts';
import type { ExecutionMode } from '../train/step/execution-mode.ts';
import { batchSizesOf } from '../train/step/trainer.ts';
import { createPredictor, type Predictor } from './predictor.ts';

export interface PredictorOptions {
  readonly batchSize: number;
  /** Among which one op's work is split: another number gives other last digits. */
  readonly threads: number;
  readonly execution: ExecutionMode;
}

/**
 * Loads TensorFlow and a saved model to predict with, which goes with the predictor.
 *
 * @param directory of the model.
 * @param samples how many it will be given in all.
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
    dispose() {
      predictor.dispose();
      model.value.dispose();
    },
  });
}
