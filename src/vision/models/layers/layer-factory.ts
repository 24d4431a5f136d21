import type { layers as LayersNamespace, SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { BatchNormalizationConfig } from './batch-normalization.ts';
import type { DropoutConfig } from './dropout.ts';
import { glorotUniform, heNormal, type Initializer } from './initializers.ts';
import { kerasNumbering } from './keras-numbering.ts';
import { type LayerClasses, layerClasses } from './layer-classes.ts';
import type { Border, Initialization, Kernel, Named, Size, Window } from './layer-config.ts';
import type { LayerNormalizationConfig } from './layer-normalization.ts';
import type { LayerScaleConfig } from './layer-scale.ts';
import type { RescalingConfig } from './rescaling.ts';
import type { SmoothActivationConfig } from './smooth-activation.ts';

interface Layer {
  apply(inputs: SymbolicTensor | SymbolicTensor[]): unknown;
}

/**
 * Adds layers to one model, with the defaults and default names of Keras. Each method takes the input, applies the
 * Keras layer of the same name and returns its output.
 */
export class LayerFactory {
  /** TensorFlow.js, for layers of other classes than those below. */
  readonly tf: TensorFlow;
  readonly #seed: number;
  readonly #batchNormalizationMomentum: number | undefined;
  readonly #classes: LayerClasses;
  readonly #numbered = kerasNumbering();
  #initialized = 0;
  #dropouts = 0;

  /**
   * @param seed the random seed of the initial weights. The n-th weight created always has the same values.
   * @param batchNormalizationMomentum the momentum of all batch normalization, instead of what the layers are given.
   */
  constructor(tf: TensorFlow, seed: number, batchNormalizationMomentum?: number) {
    this.tf = tf;
    this.#seed = seed;
    this.#batchNormalizationMomentum = batchNormalizationMomentum;
    this.#classes = layerClasses(tf);
  }

  /** Applies a layer of another class: one of your own, or of TensorFlow.js. Its name must be the same each time. */
  apply(inputs: SymbolicTensor | SymbolicTensor[], layer: LayersNamespace.Layer): SymbolicTensor {
    return applyLayer(layer, inputs);
  }

  /** Returns an initializer for a weight of such a layer, with a seed of its own. */
  initializer(kind: Initialization = 'glorot-uniform'): Initializer {
    // With one seed for all, weights of equal shape would start with equal values.
    this.#initialized += 1;
    const seed = this.#seed + this.#initialized;
    if (kind === 'glorot-uniform') return glorotUniform(this.tf, seed);
    return heNormal(this.tf, seed, kind === 'he-normal' ? 'inputs' : 'outputs');
  }

  rescaling(x: SymbolicTensor, config: RescalingConfig): SymbolicTensor {
    return applyLayer(new this.#classes.Rescaling(config), x);
  }

  conv2d(
    x: SymbolicTensor,
    {
      initialization,
      ...config
    }: Kernel & {
      readonly filters: number;
      readonly useBias: boolean;
      readonly activation?: 'sigmoid' | 'swish';
    },
  ): SymbolicTensor {
    return applyLayer(
      this.tf.layers.conv2d({
        ...config,
        name: this.#nameOf('conv2d', config),
        kernelInitializer: this.initializer(initialization),
      }),
      x,
    );
  }

  /** Without a bias by default. */
  depthwiseConv2d(
    x: SymbolicTensor,
    { initialization, ...config }: Kernel & { readonly useBias?: boolean },
  ): SymbolicTensor {
    return applyLayer(
      this.tf.layers.depthwiseConv2d({
        useBias: false,
        ...config,
        name: this.#nameOf('depthwise_conv2d', config),
        depthwiseInitializer: this.initializer(initialization),
      }),
      x,
    );
  }

  /** Without a bias. */
  separableConv2d(
    x: SymbolicTensor,
    config: Window & { readonly filters: number; readonly kernelSize: Size },
  ): SymbolicTensor {
    return applyLayer(
      this.tf.layers.separableConv2d({
        ...config,
        name: this.#nameOf('separable_conv2d', config),
        useBias: false,
        depthwiseInitializer: this.initializer(),
        pointwiseInitializer: this.initializer(),
      } as Parameters<typeof LayersNamespace.separableConv2d>[0]),
      x,
    );
  }

  batchNormalization(x: SymbolicTensor, config: Omit<BatchNormalizationConfig, 'name'> & Named = {}): SymbolicTensor {
    const name = this.#nameOf('batch_normalization', config);
    const momentum = this.#batchNormalizationMomentum ?? config.momentum;
    return applyLayer(
      new this.#classes.BatchNormalization({ ...config, name, ...(momentum !== undefined && { momentum }) }),
      x,
    );
  }

  /** Over the last axis. */
  layerNormalization(x: SymbolicTensor, config: Omit<LayerNormalizationConfig, 'name'> & Named): SymbolicTensor {
    const name = this.#nameOf('layer_normalization', config);
    return applyLayer(new this.#classes.LayerNormalization({ ...config, name }), x);
  }

  /** Multiplies each channel by a trainable factor. */
  layerScale(x: SymbolicTensor, config: LayerScaleConfig): SymbolicTensor {
    return applyLayer(new this.#classes.LayerScale(config), x);
  }

  /** Applies swish or GELU. */
  smoothActivation(x: SymbolicTensor, config: SmoothActivationConfig): SymbolicTensor {
    return applyLayer(new this.#classes.SmoothActivation(config), x);
  }

  /** Returns the input as it is, as a layer of the class `Activation`. */
  identity(x: SymbolicTensor, config: { readonly name: string }): SymbolicTensor {
    return applyLayer(this.tf.layers.activation({ ...config, activation: 'linear' }), x);
  }

  /** Applies ReLU as a layer of the class `Activation`, as older networks in `keras.applications` do. */
  reluActivation(x: SymbolicTensor, config: Named = {}): SymbolicTensor {
    return applyLayer(this.tf.layers.activation({ activation: 'relu', name: this.#nameOf('activation', config) }), x);
  }

  reLU(x: SymbolicTensor, config: Named = {}): SymbolicTensor {
    return applyLayer(this.tf.layers.reLU({ name: this.#nameOf('re_lu', config) }), x);
  }

  /** Applies min(max(x, 0), 6). */
  reLU6(x: SymbolicTensor, config: Named = {}): SymbolicTensor {
    return applyLayer(new this.#classes.ReLU6({ name: this.#nameOf('re_lu', config) }), x);
  }

  maxPooling2d(x: SymbolicTensor, config: Window & { readonly poolSize: Size }): SymbolicTensor {
    return applyLayer(this.tf.layers.maxPooling2d({ ...config, name: this.#nameOf('max_pooling2d', config) }), x);
  }

  averagePooling2d(x: SymbolicTensor, config: Window & { readonly poolSize: Size }): SymbolicTensor {
    return applyLayer(
      this.tf.layers.averagePooling2d({ ...config, name: this.#nameOf('average_pooling2d', config) }),
      x,
    );
  }

  globalAveragePooling2d(x: SymbolicTensor, config: { readonly name: string }): SymbolicTensor {
    return applyLayer(this.tf.layers.globalAveragePooling2d(config), x);
  }

  zeroPadding2d(x: SymbolicTensor, config: Named & { readonly padding: Border }): SymbolicTensor {
    return applyLayer(this.tf.layers.zeroPadding2d({ ...config, name: this.#nameOf('zero_padding2d', config) }), x);
  }

  cropping2d(x: SymbolicTensor, config: Named & { readonly cropping: Border }): SymbolicTensor {
    return applyLayer(this.tf.layers.cropping2D({ ...config, name: this.#nameOf('cropping2d', config) }), x);
  }

  add(inputs: SymbolicTensor[], config: Named = {}): SymbolicTensor {
    return applyLayer(this.tf.layers.add({ name: this.#nameOf('add', config) }), inputs);
  }

  /** Multiplies two tensors, whose sizes may also be 1. */
  multiply(inputs: SymbolicTensor[], config: Named = {}): SymbolicTensor {
    return applyLayer(this.tf.layers.multiply({ name: this.#nameOf('multiply', config) }), inputs);
  }

  /** Reshapes each sample. */
  reshape(x: SymbolicTensor, config: { readonly name: string; readonly targetShape: number[] }): SymbolicTensor {
    return applyLayer(this.tf.layers.reshape(config), x);
  }

  /** Concatenates along the channel axis. */
  concatenate(inputs: SymbolicTensor[], config: Named = {}): SymbolicTensor {
    return applyLayer(this.tf.layers.concatenate({ name: this.#nameOf('concatenate', config) }), inputs);
  }

  /** Returns x + scale · residual for the inputs [x, residual]. */
  customScale(inputs: [SymbolicTensor, SymbolicTensor], config: Named & { readonly scale: number }): SymbolicTensor {
    return applyLayer(
      new this.#classes.CustomScaleLayer({ scale: config.scale, name: this.#nameOf('custom_scale_layer', config) }),
      inputs,
    );
  }

  dropout(x: SymbolicTensor, config: Omit<DropoutConfig, 'index'>): SymbolicTensor {
    this.#dropouts += 1;
    return applyLayer(new this.#classes.Dropout({ ...config, index: this.#dropouts - 1 }), x);
  }

  /** Maps float32 [n, …, channels] to float32 [n, …, units]. */
  dense(
    x: SymbolicTensor,
    config: { readonly name: string; readonly units: number; readonly activation?: 'softmax' | 'sigmoid' },
  ): SymbolicTensor {
    return applyLayer(this.tf.layers.dense({ ...config, kernelInitializer: this.initializer() }), x);
  }

  /** Maps float32 [n, channels] to float32 [n, classes] by a dense layer with softmax. */
  softmaxClassifier(
    x: SymbolicTensor,
    { name, classes }: { readonly name: string; readonly classes: number },
  ): SymbolicTensor {
    return this.dense(x, { name, units: classes, activation: 'softmax' });
  }

  #nameOf(kind: string, { name }: Named): string {
    return name ?? this.#numbered(kind);
  }
}

function applyLayer(layer: Layer, inputs: SymbolicTensor | SymbolicTensor[]): SymbolicTensor {
  return layer.apply(inputs) as SymbolicTensor;
}
