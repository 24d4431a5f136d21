import type { Shape, Tensor } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { LayerClass } from './layer-class.ts';

export interface CustomScaleConfig {
  readonly name: string;
  /** The factor of the residual. */
  readonly scale: number;
}

/**
 * Returns the class of Keras' `CustomScaleLayer`, which InceptionResNetV2 uses to add a scaled residual: it maps
 * [x, residual], two tensors of the same shape, to x + scale · residual.
 */
export function customScaleClass(tf: TensorFlow): LayerClass<CustomScaleConfig> {
  return class CustomScaleLayer extends tf.layers.Layer {
    static className = 'CustomScaleLayer';

    readonly #config: CustomScaleConfig;

    constructor(config: CustomScaleConfig) {
      super({ name: config.name });
      this.#config = config;
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      return (inputShape as Shape[])[0] ?? [];
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      return tf.tidy(() => {
        const [x, residual] = inputs as [Tensor, Tensor];
        return tf.add(x, tf.mul(residual, this.#config.scale));
      });
    }

    override getConfig() {
      return { ...super.getConfig(), ...this.#config };
    }
  };
}
