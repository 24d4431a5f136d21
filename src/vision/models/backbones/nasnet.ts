import type { SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import type { LayerFactory } from '../layers/layer-factory.ts';
import { correctPad } from './correct-pad.ts';

interface Variant {
  readonly stemFilters: number;
  /** The number of output channels of the last cell. */
  readonly penultimateFilters: number;
  /** The number of normal cells in each of the three groups. */
  readonly cellsPerGroup: number;
  /**
   * Whether the cell after a reduction cell shares its second input; otherwise it takes the reduction cell's first
   * input.
   */
  readonly skipReduction: boolean;
}

/** The inputs of a cell: the outputs of the previous cell and of the one before it. */
interface Chain {
  readonly x: SymbolicTensor;
  readonly previous: SymbolicTensor | undefined;
}

const NORMALIZATION = { momentum: 0.9997, epsilon: 1e-3 };

/**
 * Builds NASNet-A (6 @ 4032) without its top, as `keras.applications.NASNetLarge`; see `nasNet`.
 *
 * @param input float32 [n, height, width, 3], values from −1 to 1, at least 32×32 pixels.
 * @returns float32 [n, rows, columns, 4032].
 */
export function nasNetLarge(layers: LayerFactory, input: SymbolicTensor): SymbolicTensor {
  return nasNet(layers, input, { stemFilters: 96, penultimateFilters: 4032, cellsPerGroup: 6, skipReduction: true });
}

/**
 * Builds NASNet-A (4 @ 1056) without its top, as `keras.applications.NASNetMobile`; see `nasNet`.
 *
 * @param input float32 [n, height, width, 3], values from −1 to 1, at least 32×32 pixels.
 * @returns float32 [n, rows, columns, 1056].
 */
export function nasNetMobile(layers: LayerFactory, input: SymbolicTensor): SymbolicTensor {
  return nasNet(layers, input, { stemFilters: 32, penultimateFilters: 1056, cellsPerGroup: 4, skipReduction: false });
}

/**
 * Builds NASNet-A with the layers and layer names of `keras.applications` (Zoph et al., "Learning Transferable
 * Architectures for Scalable Image Recognition", 2018).
 */
function nasNet(layers: LayerFactory, input: SymbolicTensor, variant: Variant): SymbolicTensor {
  const { stemFilters, penultimateFilters, cellsPerGroup, skipReduction } = variant;
  const filters = Math.floor(penultimateFilters / 24);
  const stem = layers.conv2d(input, {
    name: 'stem_conv1',
    filters: stemFilters,
    kernelSize: 3,
    strides: 2,
    padding: 'valid',
    useBias: false,
    initialization: 'he-normal',
  });
  let chain: Chain = {
    x: layers.batchNormalization(stem, { name: 'stem_bn1', ...NORMALIZATION }),
    previous: undefined,
  };
  chain = reductionCell(layers, chain, Math.floor(filters / 4), 'stem_1');
  chain = reductionCell(layers, chain, Math.floor(filters / 2), 'stem_2');
  for (const group of [0, 1, 2]) {
    const groupFilters = filters * 2 ** group;
    if (group > 0) {
      const reduced = reductionCell(layers, chain, groupFilters, `reduce_${group * cellsPerGroup}`);
      chain = { x: reduced.x, previous: skipReduction ? chain.previous : reduced.previous };
    }
    for (let cell = 0; cell < cellsPerGroup; cell += 1) {
      chain = normalCell(layers, chain, groupFilters, `${group * cellsPerGroup + cell + Math.min(group, 1)}`);
    }
  }
  return layers.reluActivation(chain.x);
}

function normalCell(layers: LayerFactory, chain: Chain, filters: number, block: string): Chain {
  const { p, h } = prepare(layers, chain, filters, 'normal', block);
  const separable = (x: SymbolicTensor, kernelSize: number, place: string) =>
    separableBlock(layers, x, { filters, kernelSize, strides: 1, block: `normal_${place}_${block}` });
  const average = (x: SymbolicTensor, place: string) =>
    layers.averagePooling2d(x, { poolSize: 3, strides: 1, padding: 'same', name: `normal_${place}_${block}` });
  const add = (inputs: SymbolicTensor[], index: number) => layers.add(inputs, { name: `normal_add_${index}_${block}` });

  const x1 = add([separable(h, 5, 'left1'), separable(p, 3, 'right1')], 1);
  const x2 = add([separable(p, 5, 'left2'), separable(p, 3, 'right2')], 2);
  const x3 = add([average(h, 'left3'), p], 3);
  const x4 = add([average(p, 'left4'), average(p, 'right4')], 4);
  const x5 = add([separable(h, 3, 'left5'), h], 5);
  const x = layers.concatenate([p, x1, x2, x3, x4, x5], { name: `normal_concat_${block}` });
  return { x, previous: chain.x };
}

function reductionCell(layers: LayerFactory, chain: Chain, filters: number, block: string): Chain {
  const { p, h } = prepare(layers, chain, filters, 'reduction', block);
  const padded = layers.zeroPadding2d(h, { padding: correctPad(h, 3), name: `reduction_pad_1_${block}` });
  const separable = (x: SymbolicTensor, kernelSize: number, strides: 1 | 2, place: string) =>
    separableBlock(layers, x, { filters, kernelSize, strides, block: `reduction_${place}_${block}` });
  const pooling = (place: string) => ({ poolSize: 3, strides: 2, name: `reduction_${place}_${block}` });
  const add = (inputs: SymbolicTensor[], name?: string) =>
    layers.add(inputs, name === undefined ? {} : { name: `reduction_${name}_${block}` });

  const x1 = add([separable(h, 5, 2, 'left1'), separable(p, 7, 2, 'right1')], 'add_1');
  const x2 = add([layers.maxPooling2d(padded, pooling('left2')), separable(p, 7, 2, 'right2')], 'add_2');
  const x3 = add([layers.averagePooling2d(padded, pooling('left3')), separable(p, 5, 2, 'right3')], 'add3');
  const smoothed = layers.averagePooling2d(x1, {
    poolSize: 3,
    strides: 1,
    padding: 'same',
    name: `reduction_left4_${block}`,
  });
  const x4 = add([x2, smoothed]);
  const x5 = add([separable(x1, 3, 1, 'left4'), layers.maxPooling2d(padded, pooling('right5'))], 'add4');
  const x = layers.concatenate([x2, x3, x4, x5], { name: `reduction_concat_${block}` });
  return { x, previous: chain.x };
}

/** Brings both inputs of a cell to the same size and number of filters. */
function prepare(layers: LayerFactory, chain: Chain, filters: number, kind: string, block: string) {
  const p = adjust(layers, chain, filters, block);
  const convolved = layers.conv2d(layers.reluActivation(chain.x), {
    name: `${kind}_conv_1_${block}`,
    filters,
    kernelSize: 1,
    padding: 'same',
    useBias: false,
    initialization: 'he-normal',
  });
  return { p, h: layers.batchNormalization(convolved, { name: `${kind}_bn_1_${block}`, ...NORMALIZATION }) };
}

function adjust(layers: LayerFactory, { x, previous }: Chain, filters: number, block: string): SymbolicTensor {
  if (previous === undefined) return x;
  if (previous.shape[2] !== x.shape[2]) return adjustReduction(layers, previous, filters, block);
  return previous.shape[3] === filters ? previous : adjustProjection(layers, previous, filters, block);
}

/** Halves height and width by factorized reduction: two grids of pixels, shifted by one pixel, are concatenated. */
function adjustReduction(layers: LayerFactory, previous: SymbolicTensor, filters: number, block: string) {
  const activated = layers.reluActivation(previous, { name: `adjust_relu_1_${block}` });
  const grid = (x: SymbolicTensor, index: 1 | 2) =>
    layers.conv2d(
      layers.averagePooling2d(x, {
        poolSize: 1,
        strides: 2,
        padding: 'valid',
        name: `adjust_avg_pool_${index}_${block}`,
      }),
      {
        name: `adjust_conv_${index}_${block}`,
        filters: Math.floor(filters / 2),
        kernelSize: 1,
        padding: 'same',
        useBias: false,
        initialization: 'he-normal',
      },
    );
  const first = grid(activated, 1);
  // biome-ignore format: keeps the two borders aligned
  const shifted = layers.cropping2d(
    layers.zeroPadding2d(activated, { padding: [[0, 1], [0, 1]] }),
    { cropping: [[1, 0], [1, 0]] },
  );
  const both = layers.concatenate([first, grid(shifted, 2)]);
  return layers.batchNormalization(both, { name: `adjust_bn_${block}`, ...NORMALIZATION });
}

function adjustProjection(layers: LayerFactory, previous: SymbolicTensor, filters: number, block: string) {
  const projected = layers.conv2d(layers.reluActivation(previous), {
    name: `adjust_conv_projection_${block}`,
    filters,
    kernelSize: 1,
    padding: 'same',
    useBias: false,
    initialization: 'he-normal',
  });
  return layers.batchNormalization(projected, { name: `adjust_bn_${block}`, ...NORMALIZATION });
}

/** Applies ReLU, separable convolution and batch normalization twice; the stride belongs to the first convolution. */
function separableBlock(
  layers: LayerFactory,
  input: SymbolicTensor,
  {
    filters,
    kernelSize,
    strides,
    block,
  }: { readonly filters: number; readonly kernelSize: number; readonly strides: 1 | 2; readonly block: string },
): SymbolicTensor {
  const normalized = (x: SymbolicTensor, index: 1 | 2) =>
    layers.batchNormalization(x, { name: `separable_conv_${index}_bn_${block}`, ...NORMALIZATION });
  const activated = layers.reluActivation(input);
  const padded =
    strides === 1
      ? activated
      : layers.zeroPadding2d(activated, {
          padding: correctPad(activated, kernelSize),
          name: `separable_conv_1_pad_${block}`,
        });
  const first = layers.separableConv2d(padded, {
    filters,
    kernelSize,
    strides,
    name: `separable_conv_1_${block}`,
    padding: strides === 1 ? 'same' : 'valid',
  });
  const second = layers.separableConv2d(layers.reluActivation(normalized(first, 1)), {
    filters,
    kernelSize,
    name: `separable_conv_2_${block}`,
    padding: 'same',
  });
  return normalized(second, 2);
}
