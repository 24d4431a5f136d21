import type { SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { LayerFactory } from '../layers/layer-factory.ts';

interface Stage {
  readonly count: number;
  readonly filters: number;
  /** The stride of the first block. */
  readonly strides: number;
  readonly expansion: number;
  /** Whether one convolution does the work of the expansion and of the depthwise convolution. */
  readonly fused: boolean;
}

interface Variant {
  readonly stemFilters: number;
  readonly stages: readonly Stage[];
  /** The factor of all numbers of filters. */
  readonly width: number;
  /** The factor of all numbers of blocks. */
  readonly depth: number;
}

interface Block extends Omit<Stage, 'count'> {
  readonly name: string;
  readonly dropRate: number;
}

const STAGES_B: readonly Stage[] = [
  { count: 1, filters: 16, strides: 1, expansion: 1, fused: true },
  { count: 2, filters: 32, strides: 2, expansion: 4, fused: true },
  { count: 2, filters: 48, strides: 2, expansion: 4, fused: true },
  { count: 3, filters: 96, strides: 2, expansion: 4, fused: false },
  { count: 5, filters: 112, strides: 1, expansion: 6, fused: false },
  { count: 8, filters: 192, strides: 2, expansion: 6, fused: false },
];
const STAGES_S: readonly Stage[] = [
  { count: 2, filters: 24, strides: 1, expansion: 1, fused: true },
  { count: 4, filters: 48, strides: 2, expansion: 4, fused: true },
  { count: 4, filters: 64, strides: 2, expansion: 4, fused: true },
  { count: 6, filters: 128, strides: 2, expansion: 4, fused: false },
  { count: 9, filters: 160, strides: 1, expansion: 6, fused: false },
  { count: 15, filters: 256, strides: 2, expansion: 6, fused: false },
];
const TOP_FILTERS = 1280;
/** Numbers of filters are multiples of it. */
const FILTER_UNIT = 8;
/** The number of squeezed channels, as a fraction of the block's input channels. */
const SQUEEZE = 0.25;
/** The drop rate of the residual branches, which grows linearly from 0 at the first block. */
const DROP_RATE = 0.2;
const NORMALIZATION = { momentum: 0.9 };

/** Builds EfficientNetV2-B0 without its top; see `efficientNetV2`. */
export function efficientNetV2B0(layers: LayerFactory, input: SymbolicTensor): SymbolicTensor {
  return efficientNetV2(layers, input, { stemFilters: 32, stages: STAGES_B, width: 1, depth: 1 });
}

/** Builds EfficientNetV2-B1 without its top; see `efficientNetV2`. */
export function efficientNetV2B1(layers: LayerFactory, input: SymbolicTensor): SymbolicTensor {
  return efficientNetV2(layers, input, { stemFilters: 32, stages: STAGES_B, width: 1, depth: 1.1 });
}

/** Builds EfficientNetV2-B2 without its top; see `efficientNetV2`. */
export function efficientNetV2B2(layers: LayerFactory, input: SymbolicTensor): SymbolicTensor {
  return efficientNetV2(layers, input, { stemFilters: 32, stages: STAGES_B, width: 1.1, depth: 1.2 });
}

/** Builds EfficientNetV2-B3 without its top; see `efficientNetV2`. */
export function efficientNetV2B3(layers: LayerFactory, input: SymbolicTensor): SymbolicTensor {
  return efficientNetV2(layers, input, { stemFilters: 32, stages: STAGES_B, width: 1.2, depth: 1.4 });
}

/** Builds EfficientNetV2-S without its top; see `efficientNetV2`. */
export function efficientNetV2S(layers: LayerFactory, input: SymbolicTensor): SymbolicTensor {
  return efficientNetV2(layers, input, { stemFilters: 24, stages: STAGES_S, width: 1, depth: 1 });
}

/**
 * Builds EfficientNetV2 with the layers and layer names of `keras.applications` (Tan and Le, "EfficientNetV2: Smaller
 * Models and Faster Training", 2021).
 *
 * @param input float32 [n, height, width, 3], preprocessed, at least 32×32 pixels.
 * @returns float32 [n, height / 32, width / 32, 1280 · width factor], rounded up.
 */
function efficientNetV2(
  layers: LayerFactory,
  input: SymbolicTensor,
  { stemFilters, stages, width, depth }: Variant,
): SymbolicTensor {
  let x = convolution(layers, input, {
    name: 'stem_conv',
    filters: scaledFilters(stemFilters, width),
    kernelSize: 3,
    strides: 2,
  });
  x = activated(layers, x, 'stem_bn', 'stem_activation');
  const declaredBlocks = stages.reduce((sum, { count }) => sum + count, 0);
  let built = 0;
  for (const [index, { count, strides, filters, ...stage }] of stages.entries()) {
    for (let block = 0; block < Math.ceil(depth * count); block += 1) {
      x = residualBlock(layers, x, {
        ...stage,
        name: `block${index + 1}${String.fromCharCode('a'.charCodeAt(0) + block)}_`,
        filters: scaledFilters(filters, width),
        strides: block === 0 ? strides : 1,
        // As in Keras, which divides by the number of blocks before it is multiplied by the depth.
        dropRate: (DROP_RATE * built) / declaredBlocks,
      });
      built += 1;
    }
  }
  x = convolution(layers, x, { name: 'top_conv', filters: scaledFilters(TOP_FILTERS, width), kernelSize: 1 });
  return activated(layers, x, 'top_bn', 'top_activation');
}

function residualBlock(layers: LayerFactory, input: SymbolicTensor, block: Block): SymbolicTensor {
  const { name, filters, strides, dropRate } = block;
  const x = block.fused ? fusedBranch(layers, input, block) : depthwiseBranch(layers, input, block);
  if (strides !== 1 || input.shape[3] !== filters) return x;
  const dropped =
    dropRate > 0 ? layers.dropout(x, { name: `${name}drop`, rate: dropRate, noiseShape: [null, 1, 1, 1] }) : x;
  return layers.add([dropped, input], { name: `${name}add` });
}

/** The main branch of `FusedMBConvBlock` in Keras. */
function fusedBranch(layers: LayerFactory, input: SymbolicTensor, block: Block): SymbolicTensor {
  const { name, filters, strides, expansion } = block;
  const last = { name: `${name}project_conv`, filters };
  if (expansion === 1) {
    const only = convolution(layers, input, { ...last, kernelSize: 3, strides });
    return activated(layers, only, `${name}project_bn`, `${name}project_activation`);
  }
  const expanded = convolution(layers, input, {
    name: `${name}expand_conv`,
    filters: expansion * channelsOf(input),
    kernelSize: 3,
    strides,
  });
  const x = activated(layers, expanded, `${name}expand_bn`, `${name}expand_activation`);
  const projected = convolution(layers, x, { ...last, kernelSize: 1 });
  return layers.batchNormalization(projected, { name: `${name}project_bn`, ...NORMALIZATION });
}

/** The main branch of `MBConvBlock` in Keras. */
function depthwiseBranch(layers: LayerFactory, input: SymbolicTensor, block: Block): SymbolicTensor {
  const { name, filters, strides, expansion } = block;
  let x = convolution(layers, input, {
    name: `${name}expand_conv`,
    filters: expansion * channelsOf(input),
    kernelSize: 1,
  });
  x = activated(layers, x, `${name}expand_bn`, `${name}expand_activation`);
  x = layers.depthwiseConv2d(x, {
    name: `${name}dwconv2`,
    kernelSize: 3,
    strides,
    padding: 'same',
    initialization: 'he-normal-fan-out',
  });
  x = activated(layers, x, `${name}bn`, `${name}activation`);
  x = squeezeAndExcite(layers, x, name, Math.max(1, Math.trunc(channelsOf(input) * SQUEEZE)));
  x = convolution(layers, x, { name: `${name}project_conv`, filters, kernelSize: 1 });
  return layers.batchNormalization(x, { name: `${name}project_bn`, ...NORMALIZATION });
}

/** Multiplies each channel by a factor that depends on the means of all channels. */
function squeezeAndExcite(layers: LayerFactory, x: SymbolicTensor, name: string, squeezed: number): SymbolicTensor {
  const channels = channelsOf(x);
  const pointwise = { kernelSize: 1, padding: 'same', useBias: true, initialization: 'he-normal-fan-out' } as const;
  const means = layers.globalAveragePooling2d(x, { name: `${name}se_squeeze` });
  let factors = layers.reshape(means, { name: `${name}se_reshape`, targetShape: [1, 1, channels] });
  factors = layers.conv2d(factors, { ...pointwise, name: `${name}se_reduce`, filters: squeezed, activation: 'swish' });
  factors = layers.conv2d(factors, {
    ...pointwise,
    name: `${name}se_expand`,
    filters: channels,
    activation: 'sigmoid',
  });
  return layers.multiply([x, factors], { name: `${name}se_excite` });
}

function convolution(
  layers: LayerFactory,
  x: SymbolicTensor,
  config: { readonly name: string; readonly filters: number; readonly kernelSize: number; readonly strides?: number },
): SymbolicTensor {
  return layers.conv2d(x, { ...config, padding: 'same', useBias: false, initialization: 'he-normal-fan-out' });
}

function activated(layers: LayerFactory, x: SymbolicTensor, normalization: string, name: string): SymbolicTensor {
  const normalized = layers.batchNormalization(x, { name: normalization, ...NORMALIZATION });
  return layers.smoothActivation(normalized, { name, activation: 'swish' });
}

/** Rounds a scaled number of filters to the nearest multiple of the unit. */
function scaledFilters(filters: number, width: number): number {
  return Math.max(FILTER_UNIT, Math.floor((filters * width + FILTER_UNIT / 2) / FILTER_UNIT) * FILTER_UNIT);
}

function channelsOf(x: SymbolicTensor): number {
  return x.shape[3] as number;
}
