import type { ByChannel } from '../layers/rescaling.ts';

/** What pixels are scaled by before a backbone: x · scale + offset, for x from 0 to 255. */
export interface Preprocessing {
  /** A number, or one each for red, green and blue. */
  readonly scale: ByChannel;
  /** Likewise. */
  readonly offset: ByChannel;
}

/** To values from −1 to 1, as `preprocess_input` of most backbones in Keras. */
export const toUnitRange: Preprocessing = { scale: 1 / 127.5, offset: -1 };

/** To values from −1 to 0.992, as in Keras' EfficientNetV2-S. */
export const around128: Preprocessing = { scale: 1 / 128, offset: -1 };

/** Mean and standard deviation of red, green and blue over ImageNet, for pixels from 0 to 1. */
const IMAGENET = [
  { mean: 0.485, deviation: 0.229 },
  { mean: 0.456, deviation: 0.224 },
  { mean: 0.406, deviation: 0.225 },
];

/** To values whose mean is 0 and whose variance is 1 over ImageNet, as Keras' layer `Normalization`. */
export const byImagenetStatistics: Preprocessing = {
  scale: IMAGENET.map(({ deviation }) => 1 / (255 * deviation)),
  offset: IMAGENET.map(({ mean, deviation }) => -mean / deviation),
};
