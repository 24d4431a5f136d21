import type { SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { LayerFactory } from '../layers/layer-factory.ts';

/** The convolutions of a branch, in order: number of filters and kernel size. */
type Branch = readonly (readonly [filters: number, kernelSize: number | [number, number]])[];

interface ResidualBlock {
  readonly name: string;
  readonly scale: number;
  readonly branches: readonly Branch[];
}

const BLOCK_35: readonly Branch[] = [
  [[32, 1]],
  [
    [32, 1],
    [32, 3],
  ],
  [
    [32, 1],
    [48, 3],
    [64, 3],
  ],
];
const BLOCK_17: readonly Branch[] = [
  [[192, 1]],
  [
    [128, 1],
    [160, [1, 7]],
    [192, [7, 1]],
  ],
];
const BLOCK_8: readonly Branch[] = [
  [[192, 1]],
  [
    [192, 1],
    [224, [1, 3]],
    [256, [3, 1]],
  ],
];

/**
 * Builds InceptionResNetV2 without its top, with the layers and layer names of `keras.applications.InceptionResNetV2`
 * (Szegedy et al., "Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning", 2016).
 *
 * @param input float32 [n, height, width, 3], values from −1 to 1, at least 75×75 pixels.
 * @returns float32 [n, rows, columns, 1536]; 8×8 for images of 299×299 pixels.
 */
export function inceptionResNetV2(layers: LayerFactory, input: SymbolicTensor): SymbolicTensor {
  const conv = (x: SymbolicTensor, filters: number, kernelSize: number, padding: 'same' | 'valid' = 'same') =>
    convolution(layers, x, { filters, kernelSize, padding });
  const reduce = (x: SymbolicTensor, filters: number) =>
    convolution(layers, x, { filters, kernelSize: 3, strides: 2, padding: 'valid' });
  const pool = (x: SymbolicTensor) => layers.maxPooling2d(x, { poolSize: 3, strides: 2 });
  const blocks = (x: SymbolicTensor, kind: string, count: number, scale: number, branches: readonly Branch[]) =>
    Array.from({ length: count }, (_, index) => `${kind}_${index + 1}`).reduce(
      (x, name) => layers.reluActivation(residualBlock(layers, x, { name, scale, branches }), { name: `${name}_ac` }),
      x,
    );

  let x = reduce(input, 32);
  x = conv(x, 32, 3, 'valid');
  x = conv(x, 64, 3);
  x = pool(x);
  x = conv(x, 80, 1, 'valid');
  x = conv(x, 192, 3, 'valid');
  x = pool(x);

  const mixed5b = [
    conv(x, 96, 1),
    conv(conv(x, 48, 1), 64, 5),
    conv(conv(conv(x, 64, 1), 96, 3), 96, 3),
    conv(layers.averagePooling2d(x, { poolSize: 3, strides: 1, padding: 'same' }), 64, 1),
  ];
  x = layers.concatenate(mixed5b, { name: 'mixed_5b' });
  x = blocks(x, 'block35', 10, 0.17, BLOCK_35);

  const mixed6a = [reduce(x, 384), reduce(conv(conv(x, 256, 1), 256, 3), 384), pool(x)];
  x = layers.concatenate(mixed6a, { name: 'mixed_6a' });
  x = blocks(x, 'block17', 20, 0.1, BLOCK_17);

  const mixed7a = [
    reduce(conv(x, 256, 1), 384),
    reduce(conv(x, 256, 1), 288),
    reduce(conv(conv(x, 256, 1), 288, 3), 320),
    pool(x),
  ];
  x = layers.concatenate(mixed7a, { name: 'mixed_7a' });
  x = blocks(x, 'block8', 9, 0.2, BLOCK_8);
  x = residualBlock(layers, x, { name: 'block8_10', scale: 1, branches: BLOCK_8 });
  return convolution(layers, x, { name: 'conv_7b', filters: 1536, kernelSize: 1 });
}

function residualBlock(layers: LayerFactory, x: SymbolicTensor, { name, scale, branches }: ResidualBlock) {
  const ends = branches.map((branch) =>
    branch.reduce((x, [filters, kernelSize]) => convolution(layers, x, { filters, kernelSize }), x),
  );
  const mixed = layers.concatenate(ends, { name: `${name}_mixed` });
  const channels = x.shape[3] as number;
  const residual = layers.conv2d(mixed, {
    name: `${name}_conv`,
    filters: channels,
    kernelSize: 1,
    padding: 'same',
    useBias: true,
  });
  return layers.customScale([x, residual], { scale });
}

function convolution(
  layers: LayerFactory,
  x: SymbolicTensor,
  config: {
    readonly name?: string;
    readonly filters: number;
    readonly kernelSize: number | [number, number];
    readonly strides?: number;
    readonly padding?: 'same' | 'valid';
  },
): SymbolicTensor {
  const named = (suffix: string) => (config.name === undefined ? {} : { name: `${config.name}${suffix}` });
  const convolved = layers.conv2d(x, { padding: 'same', ...config, useBias: false });
  return layers.reluActivation(layers.batchNormalization(convolved, { ...named('_bn'), scale: false }), named('_ac'));
}
