import type { Shape, Tensor } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';

export interface CustomScaleConfig {
  readonly name: string;
  /** By which the residual is multiplied. */
  readonly scale: number;
}

/** The class of Keras' own layer of InceptionResNetV2 that adds a scaled residual: [x, residual] → x + scale · residual. */
export function customScaleClass(tf: TensorFlow) {
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
