import type { SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { LayerFactory } from '../layers/layer-factory.ts';

/** Groups of blocks: number of blocks, number of filters in the bottleneck, and the stride of the last block. */
const GROUPS = [
  { name: 'conv2', count: 3, filters: 64, strides: 2 },
  { name: 'conv3', count: 4, filters: 128, strides: 2 },
  { name: 'conv4', count: 6, filters: 256, strides: 2 },
  { name: 'conv5', count: 3, filters: 512, strides: 1 },
];
const EXPANSION = 4;
const NORMALIZATION = { epsilon: 1.001e-5 };

/**
 * Builds ResNet50V2 without its top, with the layers and layer names of `keras.applications.ResNet50V2` (He et al.,
 * "Identity Mappings in Deep Residual Networks", 2016).
 *
 * @param input float32 [n, height, width, 3], values from −1 to 1, at least 32×32 pixels.
 * @returns float32 [n, height / 32, width / 32, 2048], rounded up.
 */
export function resNet50V2(layers: LayerFactory, input: SymbolicTensor): SymbolicTensor {
  let x = layers.zeroPadding2d(input, { name: 'conv1_pad', padding: around(3) });
  x = layers.conv2d(x, { name: 'conv1_conv', filters: 64, kernelSize: 7, strides: 2, useBias: true });
  x = layers.zeroPadding2d(x, { name: 'pool1_pad', padding: around(1) });
  x = layers.maxPooling2d(x, { name: 'pool1_pool', poolSize: 3, strides: 2 });
  for (const { name, count, filters, strides } of GROUPS) {
    for (let block = 1; block <= count; block += 1) {
      x = residualBlock(layers, x, {
        name: `${name}_block${block}`,
        filters,
        strides: block === count ? strides : 1,
        projects: block === 1,
      });
    }
  }
  return normalized(layers, x, 'post');
}

function residualBlock(
  layers: LayerFactory,
  x: SymbolicTensor,
  {
    name,
    filters,
    strides,
    projects,
  }: { readonly name: string; readonly filters: number; readonly strides: number; readonly projects: boolean },
): SymbolicTensor {
  const channels = EXPANSION * filters;
  const activated = normalized(layers, x, `${name}_preact`);
  const shortcut = () => {
    if (projects)
      return layers.conv2d(activated, { name: `${name}_0_conv`, filters: channels, kernelSize: 1, useBias: true });
    return strides > 1 ? layers.maxPooling2d(x, { poolSize: 1, strides }) : x;
  };
  const skipped = shortcut();
  let y = layers.conv2d(activated, { name: `${name}_1_conv`, filters, kernelSize: 1, useBias: false });
  y = normalized(layers, y, `${name}_1`);
  y = layers.zeroPadding2d(y, { name: `${name}_2_pad`, padding: around(1) });
  y = layers.conv2d(y, { name: `${name}_2_conv`, filters, kernelSize: 3, strides, useBias: false });
  y = normalized(layers, y, `${name}_2`);
  y = layers.conv2d(y, { name: `${name}_3_conv`, filters: channels, kernelSize: 1, useBias: true });
  return layers.add([skipped, y], { name: `${name}_out` });
}

function normalized(layers: LayerFactory, x: SymbolicTensor, name: string): SymbolicTensor {
  return layers.reluActivation(layers.batchNormalization(x, { name: `${name}_bn`, ...NORMALIZATION }), {
    name: `${name}_relu`,
  });
}

/** Returns the same border on all four sides, in pixels. */
function around(pixels: number): [[number, number], [number, number]] {
  return [
    [pixels, pixels],
    [pixels, pixels],
  ];
}
