import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { failure, problem, type Result, success } from '../../../shared/problem.ts';
import { layersUpTo } from '../../models/layers-up-to.ts';

/** What a training does with weights that have been trained before. */
export interface FineTuning {
  /** The name of the last layer that stays as it is, moving averages included; `backbone` trains the heads alone. */
  readonly freeze?: string | undefined;
  /** By the name of a layer: what the learning rate is multiplied by up to it, from the name before on. */
  readonly rateFactors?: Readonly<Record<string, number>>;
}

/** What the learning rate is multiplied by for each trainable weight, in their order. */
export type RateFactors = readonly number[];

/** Freezes layers of a classifier, and finds the rates of the others. */
export function prepareFineTuning(model: LayersModel, options: FineTuning): Result<RateFactors> {
  const frozen = options.freeze === undefined ? success([]) : layersUpTo(model, options.freeze);
  const factors = Object.entries(options.rateFactors ?? {}).map(([name, factor]) => {
    const layers = layersUpTo(model, name);
    return layers.ok ? success({ factor, end: layers.value.length }) : layers;
  });
  const problems = [frozen, ...factors].flatMap((result) => (result.ok ? [] : result.failure));
  if (!frozen.ok || problems.length > 0) return failure(problems);
  for (const layer of frozen.value) layer.trainable = false;
  if (model.trainableWeights.length === 0) {
    return problem(`freeze: ${options.freeze} leaves nothing to train`, {
      advice: 'Name an earlier layer, or `backbone` to train the heads alone.',
    });
  }
  const groups = factors.flatMap((result) => (result.ok ? [result.value] : [])).toSorted((a, b) => a.end - b.end);
  return success(
    model.layers.flatMap((layer, index) => {
      const factor = groups.find(({ end }) => index < end)?.factor ?? 1;
      return layer.trainableWeights.map(() => factor);
    }),
  );
}
