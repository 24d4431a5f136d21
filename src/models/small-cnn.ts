import type { SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { LayerFactory } from './layer-factory.ts';

const STEM_FILTERS = 24;
const BLOCK_FILTERS = [32, 48, 72, 104];

/**
 * A small residual network, about 300,000 parameters, that learns images of 64×64 from scratch on a CPU. The stem and
 * each block halve height and width, so that a pixel of the last map sees the whole image; they do it by strides, since
 * pooling costs as much as a convolution in training.
 */
export function smallCnn(layers: LayerFactory, input: SymbolicTensor): SymbolicTensor {
  const stem = convolution(layers, input, { name: 'stem', filters: STEM_FILTERS, kernelSize: 3, strides: 2 });
  return BLOCK_FILTERS.reduce(
    (x, filters, index) => residualBlock(layers, x, `block${index + 1}`, filters),
    relu(layers, stem, 'stem'),
  );
}

function residualBlock(layers: LayerFactory, input: SymbolicTensor, name: string, filters: number): SymbolicTensor {
  const first = convolution(layers, input, { name: `${name}_1`, filters, kernelSize: 3, strides: 2 });
  const second = convolution(layers, relu(layers, first, `${name}_1`), {
    name: `${name}_2`,
    filters,
    kernelSize: 3,
    strides: 1,
  });
  const shortcut = convolution(layers, input, { name: `${name}_shortcut`, filters, kernelSize: 1, strides: 2 });
  const sum = layers.tf.layers.add({ name: `${name}_add` }).apply([shortcut, second]) as SymbolicTensor;
  return relu(layers, sum, name);
}

function convolution(
  layers: LayerFactory,
  input: SymbolicTensor,
  config: { readonly name: string; readonly filters: number; readonly kernelSize: number; readonly strides: number },
): SymbolicTensor {
  const conv2d = layers.tf.layers.conv2d({
    ...config,
    name: `${config.name}_conv`,
    padding: 'same',
    useBias: false,
    kernelInitializer: layers.heNormal(),
  });
  const normalization = layers.batchNormalization({ name: `${config.name}_bn`, momentum: 0.9 });
  return normalization.apply(conv2d.apply(input)) as SymbolicTensor;
}

function relu({ tf }: LayerFactory, input: SymbolicTensor, name: string): SymbolicTensor {
  return tf.layers.reLU({ name: `${name}_relu` }).apply(input) as SymbolicTensor;
}
