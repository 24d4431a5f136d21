import type { LayerVariable, Tensor } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { LayerClass } from './layer-class.ts';
import { onlyInput } from './only-input.ts';

export interface LayerScaleConfig {
  readonly name: string;
  /** The initial factor of every channel. */
  readonly initialScale: number;
}

/**
 * Returns the class of Keras' `LayerScale`, which ConvNeXt uses to train each residual branch from almost nothing: it
 * multiplies each channel by a trainable factor. Input and output: float32 [n, …, channels].
 */
export function layerScaleClass(tf: TensorFlow): LayerClass<LayerScaleConfig> {
  return class LayerScale extends tf.layers.Layer {
    static className = 'LayerScale';

    readonly #config: LayerScaleConfig;
    #gamma: LayerVariable | undefined;

    constructor(config: LayerScaleConfig) {
      super({ name: config.name });
      this.#config = config;
    }

    override build(inputShape: (number | null)[]): void {
      const initializer = tf.initializers.constant({ value: this.#config.initialScale });
      this.#gamma = this.addWeight('gamma', [inputShape.at(-1) ?? null], 'float32', initializer);
      this.built = true;
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      if (this.#gamma === undefined) throw new Error(`The layer "${this.name}" was called before it was built.`);
      return tf.mul(onlyInput(inputs), this.#gamma.read());
    }

    override getConfig() {
      return { ...super.getConfig(), ...this.#config };
    }
  };
}
