import type { StageFailure } from '../../index.ts';
import { failure, type Result, success } from '../../shared/problem.ts';
import type { DecodeOptions } from '../data/images/decode.ts';
import type { Average } from '../heads/average.ts';
import type { HeadTask } from '../heads/head.ts';
import { type HeadLayout, headLayout } from '../heads/head-layout.ts';
import type { ModelFacts } from '../models/saved-model.ts';
import { averageOf } from './average.ts';
import type { GivenModel } from './given-models.ts';
import { loadPredictor, type PredictorOptions } from './load-predictor.ts';
import type { Predictor } from './predictor.ts';

/** One or more models whose predictions are averaged. */
export interface Ensemble {
  /** The tasks, the same for all models. */
  readonly tasks: readonly HeadTask[];
  readonly layout: HeadLayout;
  /** The ways in which the models need an image to be resized, each once. */
  readonly sizes: readonly DecodeOptions[];
  /**
   * Predicts what the heads put out.
   *
   * @param images for each of `sizes` uint8 [count, height, width, 3]; at most a batch.
   * @returns float32 [count, all columns], row-major: the outputs of all heads, concatenated in task order.
   */
  predict(images: readonly Uint8Array[], count: number): Promise<Float32Array>;
  /** Frees the models. */
  dispose(): Promise<void>;
}

export interface EnsembleOptions extends PredictorOptions {
  readonly average: Average;
}

/** Returns how a model needs an image to be resized, as it was for its training. */
function decodeOptionsOf({ height, width, fit, interpolation }: ModelFacts): DecodeOptions {
  return { height, width, fit, interpolation };
}

/**
 * Loads models; those with a weight of 0 are left out.
 *
 * @param images the total number of images that will be predicted.
 * @returns a `failed` failure if TensorFlow cannot be loaded, a `bad-input` one if a model cannot.
 */
export async function loadEnsemble(
  models: readonly [GivenModel, ...GivenModel[]],
  images: number,
  options: EnsembleOptions,
): Promise<Result<Ensemble, StageFailure>> {
  const { tasks } = models[0].facts;
  const layout = headLayout(tasks, options.heads);
  const sizes: DecodeOptions[] = [];
  const members: { readonly predictor: Predictor; readonly weight: number; readonly size: number }[] = [];
  const dispose = async () => {
    for (const { predictor } of members) await predictor.dispose();
  };
  for (const { directory, facts, weight } of models) {
    if (weight === 0) continue;
    const predictor = await loadPredictor(directory, facts, images, options);
    if (!predictor.ok) {
      await dispose();
      return failure(predictor.failure);
    }
    members.push({ predictor: predictor.value, weight, size: indexOfSize(sizes, decodeOptionsOf(facts)) });
  }
  return success({
    tasks,
    layout,
    sizes,
    async predict(batches, count) {
      const predicted = [];
      for (const { predictor, weight, size } of members) {
        const outputs = await predictor.predict(batches[size] ?? new Uint8Array(), count);
        predicted.push({ outputs, weight });
      }
      return averageOf(predicted, options.average, layout);
    },
    dispose,
  });
}

/** Returns the position of a size among others, to which it is added if it is new. */
function indexOfSize(sizes: DecodeOptions[], wanted: DecodeOptions): number {
  const key = JSON.stringify(wanted);
  const index = sizes.findIndex((size) => JSON.stringify(size) === key);
  return index >= 0 ? index : sizes.push(wanted) - 1;
}
