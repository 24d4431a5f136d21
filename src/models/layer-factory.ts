import type { TensorFlow } from '../tensorflow/load.ts';
import { type BatchNormalizationConfig, batchNormalizationClass } from './batch-normalization.ts';
import { type DropoutConfig, dropoutClass } from './dropout.ts';

/** Makes the layers of one model. */
export type LayerFactory = ReturnType<typeof createLayerFactory>;

/**
 * @param seed of the initial weights: the n-th initializer asked for is always the same.
 */
export function createLayerFactory(tf: TensorFlow, seed: number) {
  const BatchNormalization = batchNormalizationClass(tf);
  const Dropout = dropoutClass(tf);
  let initializers = 0;
  return {
    tf,
    batchNormalization: (config: BatchNormalizationConfig) => new BatchNormalization(config),
    dropout: (config: DropoutConfig) => new Dropout(config),
    /** For layers that a ReLU follows. */
    heNormal: () => tf.initializers.heNormal({ seed: nextSeed() }),
    /** For a softmax; Keras' default everywhere. */
    glorotUniform: () => tf.initializers.glorotUniform({ seed: nextSeed() }),
  };

  // Two equal shapes with the same seed would start with the same weights.
  function nextSeed(): number {
    initializers += 1;
    return seed + initializers;
  }
}
