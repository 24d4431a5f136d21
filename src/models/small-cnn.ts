import type { SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { LayerFactory } from './layer-factory.ts';

const blocks = [
  { filters: 32, strides: 2 },
  { filters: 48, strides: 1 },
  { filters: 96, strides: 2 },
  { filters: 128, strides: 2 },
  { filters: 160, strides: 2 },
];

/**
 * A plain convolutional network of about 300,000 parameters that learns small images from scratch on a CPU. It halves
 * by strides: pooling costs as much as a convolution in training.
 */
export function smallCnn(layers: LayerFactory, input: SymbolicTensor): SymbolicTensor {
  return blocks.reduce((x, block, index) => convolutionBlock(layers, x, `block${index + 1}`, block), input);
}

function convolutionBlock(
  layers: LayerFactory,
  input: SymbolicTensor,
  name: string,
  { filters, strides }: { readonly filters: number; readonly strides: number },
): SymbolicTensor {
  const { tf } = layers;
  const convolution = tf.layers.conv2d({
    name: `${name}_conv`,
    filters,
    strides,
    kernelSize: 3,
    padding: 'same',
    useBias: false,
    kernelInitializer: layers.heNormal(),
  });
  const normalization = layers.batchNormalization({ name: `${name}_bn`, momentum: 0.9 });
  const activation = tf.layers.reLU({ name: `${name}_relu` });
  const apply = (x: SymbolicTensor, layer: { apply(x: SymbolicTensor): unknown }) => layer.apply(x) as SymbolicTensor;
  return [convolution, normalization, activation].reduce(apply, input);
}
