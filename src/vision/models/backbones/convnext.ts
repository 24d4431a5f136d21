import type { SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { LayerFactory } from '../layers/layer-factory.ts';

interface Variant {
  /** The prefix of the layer names. */
  readonly name: string;
  /** The number of blocks in each of the four stages. */
  readonly depths: readonly number[];
}

/** The number of channels in each of the four stages. */
const CHANNELS = [96, 192, 384, 768];
const EXPANSION = 4;
const NORMALIZATION = { epsilon: 1e-6 };
const INITIAL_SCALE = 1e-6;

/**
 * Builds ConvNeXt-Tiny without its top, as `keras.applications.ConvNeXtTiny`; see `convNeXt`.
 *
 * @param input float32 [n, height, width, 3], standardized by the statistics of ImageNet, at least 32×32 pixels.
 * @returns float32 [n, height / 32, width / 32, 768], rounded down.
 */
export function convNeXtTiny(layers: LayerFactory, input: SymbolicTensor): SymbolicTensor {
  return convNeXt(layers, input, { name: 'convnext_tiny', depths: [3, 3, 9, 3] });
}

/**
 * Builds ConvNeXt-Small without its top, as `keras.applications.ConvNeXtSmall`; see `convNeXt`.
 *
 * @param input float32 [n, height, width, 3], standardized by the statistics of ImageNet, at least 32×32 pixels.
 * @returns float32 [n, height / 32, width / 32, 768], rounded down.
 */
export function convNeXtSmall(layers: LayerFactory, input: SymbolicTensor): SymbolicTensor {
  return convNeXt(layers, input, { name: 'convnext_small', depths: [3, 3, 27, 3] });
}

/** Normalizes the pooled features, as both networks do in Keras. */
export function normalizedFeatures(layers: LayerFactory, features: SymbolicTensor): SymbolicTensor {
  return layers.layerNormalization(features, NORMALIZATION);
}

/**
 * Builds ConvNeXt with the layers and layer names of `keras.applications` (Liu et al., "A ConvNet for the 2020s", 2022).
 * Keras has the stem and each downsampling in a nested model, and depthwise convolutions as convolutions with groups,
 * which TensorFlow.js lacks.
 */
function convNeXt(layers: LayerFactory, input: SymbolicTensor, { name, depths }: Variant): SymbolicTensor {
  return depths.reduce((x, depth, stage) => {
    const blocks = Array.from({ length: depth }, (_, block) => `${name}_stage_${stage}_block_${block}`);
    const first = stage === 0 ? stem(layers, x, name) : downsampling(layers, x, name, stage);
    return blocks.reduce((y, block) => residualBlock(layers, y, block), first);
  }, input);
}

function stem(layers: LayerFactory, x: SymbolicTensor, name: string): SymbolicTensor {
  const patches = layers.conv2d(x, {
    name: `${name}_stem_conv`,
    filters: CHANNELS[0] ?? 0,
    kernelSize: 4,
    strides: 4,
    useBias: true,
  });
  return layers.layerNormalization(patches, { name: `${name}_stem_layernorm`, ...NORMALIZATION });
}

function downsampling(layers: LayerFactory, x: SymbolicTensor, name: string, stage: number): SymbolicTensor {
  const index = stage - 1;
  const normalized = layers.layerNormalization(x, {
    name: `${name}_downsampling_layernorm_${index}`,
    ...NORMALIZATION,
  });
  return layers.conv2d(normalized, {
    name: `${name}_downsampling_conv_${index}`,
    filters: CHANNELS[stage] ?? 0,
    kernelSize: 2,
    strides: 2,
    useBias: true,
  });
}

function residualBlock(layers: LayerFactory, input: SymbolicTensor, name: string): SymbolicTensor {
  const channels = input.shape[3] as number;
  let x = layers.depthwiseConv2d(input, {
    name: `${name}_depthwise_conv`,
    kernelSize: 7,
    padding: 'same',
    useBias: true,
  });
  x = layers.layerNormalization(x, { name: `${name}_layernorm`, ...NORMALIZATION });
  x = layers.dense(x, { name: `${name}_pointwise_conv_1`, units: EXPANSION * channels });
  x = layers.smoothActivation(x, { name: `${name}_gelu`, activation: 'gelu' });
  x = layers.dense(x, { name: `${name}_pointwise_conv_2`, units: channels });
  x = layers.layerScale(x, { name: `${name}_layer_scale`, initialScale: INITIAL_SCALE });
  return layers.add([input, layers.identity(x, { name: `${name}_identity` })]);
}
