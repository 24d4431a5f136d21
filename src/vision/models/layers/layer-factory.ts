import type { layers as LayersNamespace, SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { type BatchNormalizationConfig, batchNormalizationClass } from './batch-normalization.ts';
import { customScaleClass } from './custom-scale.ts';
import { dropoutClass } from './dropout.ts';
import { glorotUniform, heNormal, type Initializer } from './initializers.ts';
import { kerasNumbering } from './keras-numbering.ts';
import { relu6Class } from './relu6.ts';

interface Layer {
  apply(inputs: SymbolicTensor | SymbolicTensor[]): unknown;
}

interface Named {
  /** The layer name; by default as Keras names layers: `conv2d`, `conv2d_1`, … */
  readonly name?: string | undefined;
}

type Size = number | [number, number];
type Padding = 'same' | 'valid';

interface Window extends Named {
  readonly strides?: Size;
  readonly padding?: Padding;
}

/** Pixels at the top and bottom, left and right. */
type Border = [[number, number], [number, number]];

type Initialization = 'glorot-uniform' | 'he-normal';

/**
 * Adds layers to one model, with the defaults and default names of Keras. Each method takes the input, applies the
 * Keras layer of the same name and returns its output.
 */
export class LayerFactory {
  /** TensorFlow.js, for layers of other classes than those below. */
  readonly tf: TensorFlow;
  readonly #seed: number;
  readonly #batchNormalizationMomentum: number | undefined;
  readonly #classes: {
    readonly BatchNormalization: ReturnType<typeof batchNormalizationClass>;
    readonly CustomScaleLayer: ReturnType<typeof customScaleClass>;
    readonly Dropout: ReturnType<typeof dropoutClass>;
    readonly ReLU6: ReturnType<typeof relu6Class>;
  };
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
    this.#classes = {
      BatchNormalization: batchNormalizationClass(tf),
      CustomScaleLayer: customScaleClass(tf),
      Dropout: dropoutClass(tf),
      ReLU6: relu6Class(tf),
    };
  }

  /** Applies a layer of another class: one of your own, or of TensorFlow.js. Its name must be the same each time. */
  apply(inputs: SymbolicTensor | SymbolicTensor[], layer: LayersNamespace.Layer): SymbolicTensor {
    return applyLayer(layer, inputs);
  }

  /** Returns an initializer for a weight of such a layer, with a seed of its own. */
  initializer(kind: Initialization): Initializer {
    // With one seed for all, weights of equal shape would start with equal values.
    this.#initialized += 1;
    const seed = this.#seed + this.#initialized;
    return kind === 'he-normal' ? heNormal(this.tf, seed) : glorotUniform(this.tf, seed);
  }

  rescaling(
    x: SymbolicTensor,
    config: { readonly name: string; readonly scale: number; readonly offset: number },
  ): SymbolicTensor {
    return applyLayer(this.tf.layers.rescaling(config), x);
  }

  conv2d(
    x: SymbolicTensor,
    {
      initialization = 'glorot-uniform',
      ...config
    }: Window & {
      readonly filters: number;
      readonly kernelSize: Size;
      readonly useBias: boolean;
      readonly initialization?: Initialization;
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

  /** Without a bias. */
  depthwiseConv2d(x: SymbolicTensor, config: Window & { readonly kernelSize: Size }): SymbolicTensor {
    return applyLayer(
      this.tf.layers.depthwiseConv2d({
        ...config,
        name: this.#nameOf('depthwise_conv2d', config),
        useBias: false,
        depthwiseInitializer: this.initializer('glorot-uniform'),
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
        depthwiseInitializer: this.initializer('glorot-uniform'),
        pointwiseInitializer: this.initializer('glorot-uniform'),
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

  dropout(x: SymbolicTensor, config: { readonly name: string; readonly rate: number }): SymbolicTensor {
    this.#dropouts += 1;
    return applyLayer(new this.#classes.Dropout({ ...config, index: this.#dropouts - 1 }), x);
  }

  /** Maps float32 [n, channels] to float32 [n, classes] by a dense layer with softmax. */
  softmaxClassifier(
    x: SymbolicTensor,
    { name, classes }: { readonly name: string; readonly classes: number },
  ): SymbolicTensor {
    return applyLayer(
      this.tf.layers.dense({
        name,
        units: classes,
        activation: 'softmax',
        kernelInitializer: this.initializer('glorot-uniform'),
      }),
      x,
    );
  }

  #nameOf(kind: string, { name }: Named): string {
    return name ?? this.#numbered(kind);
  }
}

function applyLayer(layer: Layer, inputs: SymbolicTensor | SymbolicTensor[]): SymbolicTensor {
  return layer.apply(inputs) as SymbolicTensor;
}
