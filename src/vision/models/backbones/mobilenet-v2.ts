import type { SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { LayerFactory } from '../layers/layer-factory.ts';
import { correctPad } from './correct-pad.ts';

/** Groups of blocks: number of blocks, number of filters, and the stride of the first block. */
const GROUPS = [
  { count: 2, filters: 24, strides: 2 },
  { count: 3, filters: 32, strides: 2 },
  { count: 4, filters: 64, strides: 2 },
  { count: 3, filters: 96, strides: 1 },
  { count: 3, filters: 160, strides: 2 },
  { count: 1, filters: 320, strides: 1 },
];
const EXPANSION = 6;
const NORMALIZATION = { epsilon: 1e-3, momentum: 0.999 };

/**
 * Builds MobileNetV2 (α = 1) without its top, with the layers and layer names of `keras.applications.MobileNetV2`
 * (Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018).
 *
 * @param input float32 [n, height, width, 3], values from −1 to 1, at least 32×32 pixels.
 * @returns float32 [n, height / 32, width / 32, 1280], rounded up.
 */
export function mobileNetV2(layers: LayerFactory, input: SymbolicTensor): SymbolicTensor {
  let x = layers.conv2d(input, {
    name: 'Conv1',
    filters: 32,
    kernelSize: 3,
    strides: 2,
    padding: 'same',
    useBias: false,
  });
  x = layers.batchNormalization(x, { name: 'bn_Conv1', ...NORMALIZATION });
  x = layers.reLU6(x, { name: 'Conv1_relu' });
  x = invertedResidual(layers, x, { name: 'expanded_conv', filters: 16, strides: 1, expansion: 1 });
  const blocks = GROUPS.flatMap(({ count, filters, strides }) =>
    Array.from({ length: count }, (_, index) => ({ filters, strides: index === 0 ? strides : 1 })),
  );
  for (const [index, block] of blocks.entries()) {
    x = invertedResidual(layers, x, { name: `block_${index + 1}`, expansion: EXPANSION, ...block });
  }
  x = layers.conv2d(x, { name: 'Conv_1', filters: 1280, kernelSize: 1, useBias: false });
  x = layers.batchNormalization(x, { name: 'Conv_1_bn', ...NORMALIZATION });
  return layers.reLU6(x, { name: 'out_relu' });
}

function invertedResidual(
  layers: LayerFactory,
  input: SymbolicTensor,
  {
    name,
    filters,
    strides,
    expansion,
  }: { readonly name: string; readonly filters: number; readonly strides: number; readonly expansion: number },
): SymbolicTensor {
  const channels = input.shape[3] as number;
  const pointwise = (x: SymbolicTensor, suffix: string, count: number) => {
    const config = {
      name: `${name}_${suffix}`,
      filters: count,
      kernelSize: 1,
      padding: 'same',
      useBias: false,
    } as const;
    return layers.batchNormalization(layers.conv2d(x, config), { name: `${name}_${suffix}_BN`, ...NORMALIZATION });
  };
  let x = input;
  if (expansion > 1) {
    x = pointwise(x, 'expand', expansion * channels);
    x = layers.reLU6(x, { name: `${name}_expand_relu` });
  }
  if (strides === 2) x = layers.zeroPadding2d(x, { name: `${name}_pad`, padding: correctPad(x, 3) });
  x = layers.depthwiseConv2d(x, {
    name: `${name}_depthwise`,
    kernelSize: 3,
    strides,
    padding: strides === 2 ? 'valid' : 'same',
  });
  x = layers.batchNormalization(x, { name: `${name}_depthwise_BN`, ...NORMALIZATION });
  x = layers.reLU6(x, { name: `${name}_depthwise_relu` });
  x = pointwise(x, 'project', filters);
  return channels === filters && strides === 1 ? layers.add([input, x], { name: `${name}_add` }) : x;
}
