import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { badInput, failed, type StageFailure } from '../../index.ts';
import { failure, type Result, success } from '../../shared/problem.ts';
import type { Heads } from '../heads/head.ts';
import type { Backbones } from '../models/backbones/backbone.ts';
import { buildClassifier } from '../models/classifier.ts';
import { loadWeightsInto, type ModelFacts } from '../models/saved-model.ts';
import { loadTensorFlow, type TensorFlow } from '../tensorflow/load.ts';

export interface LoadModelOptions {
  /** The number of intra-op threads. Another number changes results by rounding errors. */
  readonly threads: number;
  /** The backbones that a model may have; the built-in ones by default. */
  readonly backbones?: Backbones | undefined;
  /** The heads that a model may have besides the built-in ones, by task. */
  readonly heads?: Heads | undefined;
}

/**
 * Loads TensorFlow and a saved model: its layers are built anew, and only its weights are read. The saved topology has
 * TensorFlow.js' own batch normalization, which cannot be folded into convolutions.
 *
 * @param directory the directory of the saved model.
 * @returns a `failed` failure if TensorFlow cannot be loaded, a `bad-input` one if the model cannot.
 */
export async function loadModel(
  directory: string,
  facts: ModelFacts,
  { threads, backbones, heads }: LoadModelOptions,
): Promise<Result<{ readonly tf: TensorFlow; readonly model: LayersModel }, StageFailure>> {
  const tensorFlow = await loadTensorFlow({ intraOpThreads: threads });
  if (!tensorFlow.ok) return failure(failed(tensorFlow.failure));
  const tf = tensorFlow.value;
  const model = buildClassifier(tf, facts, { dropout: 0, seed: 0, backbones, heads });
  const loaded = await loadWeightsInto(tf, model, directory);
  if (loaded.ok) return success({ tf, model });
  model.dispose();
  return failure(badInput(loaded.failure));
}
