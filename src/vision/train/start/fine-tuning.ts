import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { failure, problem, type Result, success } from '../../../shared/problem.ts';
import { layersUpTo } from '../../models/layers-up-to.ts';

/** How pretrained weights are fine-tuned. */
export interface FineTuning {
  /** The name of the last frozen layer; its moving averages are frozen too. `backbone` trains only the heads. */
  readonly freeze?: string | undefined;
  /** Whether batch normalization is frozen in all layers: it uses the statistics of the initial weights. */
  readonly freezeBatchNormalization?: boolean;
  /**
   * Factors on the learning rate, by layer name. A factor applies to the named layer and the layers before it, back to
   * the previous named layer; later layers have the factor 1.
   */
  readonly rateFactors?: Readonly<Record<string, number>>;
}

/** The factor on the learning rate for each trainable weight, in the model's order. */
export type RateFactors = readonly number[];

/**
 * Freezes layers of a classifier by setting `trainable` to false, and returns the learning rate factors of the
 * trainable weights.
 *
 * @returns a problem if a layer name is unknown or nothing is left to train.
 */
export function prepareFineTuning(model: LayersModel, options: FineTuning): Result<RateFactors> {
  const frozen = options.freeze === undefined ? success([]) : layersUpTo(model, options.freeze);
  const factors = Object.entries(options.rateFactors ?? {}).map(([name, factor]) => {
    const layers = layersUpTo(model, name);
    return layers.ok ? success({ factor, end: layers.value.length }) : layers;
  });
  const problems = [frozen, ...factors].flatMap((result) => (result.ok ? [] : result.failure));
  if (!frozen.ok || problems.length > 0) return failure(problems);
  for (const layer of frozen.value) layer.trainable = false;
  if (options.freezeBatchNormalization)
    for (const layer of model.layers) if (layer.getClassName() === 'BatchNormalization') layer.trainable = false;
  if (model.trainableWeights.length === 0) {
    return problem(`freeze: "${options.freeze}" leaves nothing to train`, {
      advice: 'Name an earlier layer, or "backbone" to train only the heads.',
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
