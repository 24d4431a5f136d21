import { badInput, failed, type StageFailure } from '../../index.ts';
import { failure, type Result, success } from '../../shared/problem.ts';
import type { Heads } from '../heads/head.ts';
import type { Backbones } from '../models/backbones/backbone.ts';
import { buildClassifier } from '../models/classifier.ts';
import { loadWeightsInto, type ModelFacts } from '../models/saved-model.ts';
import { loadTensorFlow } from '../tensorflow/load.ts';
import type { ExecutionMode } from '../train/step/execution-mode.ts';
import { createPredictor, type Predictor } from './predictor.ts';
import type { TestTimeAugmentation } from './test-time-augmentation.ts';

export interface PredictorOptions {
  readonly batchSize: number;
  /** The number of intra-op threads. Another number changes results by rounding errors. */
  readonly threads: number;
  readonly execution: ExecutionMode;
  readonly augmentation: TestTimeAugmentation;
  /** The backbones that a model may have; the built-in ones by default. */
  readonly backbones?: Backbones | undefined;
  /** The heads that a model may have besides the built-in ones, by task. */
  readonly heads?: Heads | undefined;
}

/**
 * Loads TensorFlow and a saved model: its layers are built anew, and only its weights are read. The saved topology has
 * TensorFlow.js' own batch normalization, which cannot be folded into convolutions. Disposing of the predictor also
 * disposes of the model.
 *
 * @param directory the directory of the saved model.
 * @param samples the total number of images that will be predicted.
 * @returns a `failed` failure if TensorFlow cannot be loaded, a `bad-input` one if the model cannot.
 */
export async function loadPredictor(
  directory: string,
  facts: ModelFacts,
  samples: number,
  { batchSize, threads, execution, augmentation, backbones, heads }: PredictorOptions,
): Promise<Result<Predictor, StageFailure>> {
  const tensorFlow = await loadTensorFlow({ intraOpThreads: threads });
  if (!tensorFlow.ok) return failure(failed(tensorFlow.failure));
  const tf = tensorFlow.value;
  const model = buildClassifier(tf, facts, { dropout: 0, seed: 0, backbones, heads });
  const loaded = await loadWeightsInto(tf, model, directory);
  if (!loaded.ok) {
    model.dispose();
    return failure(badInput(loaded.failure));
  }
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
