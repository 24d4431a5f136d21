import type { SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { LayerFactory } from '../layers/layer-factory.ts';

const STEM_FILTERS = 24;
const BLOCK_FILTERS = [32, 48, 72, 104];

/**
 * Builds a small residual network of about 300,000 parameters for training on images of 64×64 pixels from scratch on a
 * CPU. The stem and each block halve height and width, so the receptive field of the last feature map covers the whole
 * image. They use strides because pooling takes as long as a convolution in training.
 *
 * @param input float32 [n, height, width, 3], values from −1 to 1, at least 32×32 pixels.
 * @returns float32 [n, height / 32, width / 32, 104], rounded up.
 */
export function smallCnn(layers: LayerFactory, input: SymbolicTensor): SymbolicTensor {
  const stem = convolution(layers, input, { name: 'stem', filters: STEM_FILTERS, kernelSize: 3, strides: 2 });
  return BLOCK_FILTERS.reduce(
    (x, filters, index) => residualBlock(layers, x, `block${index + 1}`, filters),
    layers.reLU(stem, { name: 'stem_relu' }),
  );
}

function residualBlock(layers: LayerFactory, input: SymbolicTensor, name: string, filters: number): SymbolicTensor {
  const first = convolution(layers, input, { name: `${name}_1`, filters, kernelSize: 3, strides: 2 });
  const second = convolution(layers, layers.reLU(first, { name: `${name}_1_relu` }), {
    name: `${name}_2`,
    filters,
    kernelSize: 3,
    strides: 1,
  });
  const shortcut = convolution(layers, input, { name: `${name}_shortcut`, filters, kernelSize: 1, strides: 2 });
  const sum = layers.add([shortcut, second], { name: `${name}_add` });
  return layers.reLU(sum, { name: `${name}_relu` });
}

function convolution(
  layers: LayerFactory,
  input: SymbolicTensor,
  config: { readonly name: string; readonly filters: number; readonly kernelSize: number; readonly strides: number },
): SymbolicTensor {
  const x = layers.conv2d(input, {
    ...config,
    name: `${config.name}_conv`,
    padding: 'same',
    useBias: false,
    initialization: 'he-normal',
  });
  return layers.batchNormalization(x, { name: `${config.name}_bn`, momentum: 0.9 });
}
