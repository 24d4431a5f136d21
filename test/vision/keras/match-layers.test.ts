import { describe, expect, test } from 'vitest';
import { type ModelLayer, matchLayers } from '../../../src/vision/keras/match-layers.ts';
import type { SavedLayer } from '../../../src/vision/keras/saved-layer.ts';

/** Returns a layer with one kernel; its class is the name without the number. */
function layer(name: string, ...shape: number[]): ModelLayer {
  return { name, kind: name.replace(/_\d+$/, ''), weights: [{ name: 'kernel', shape }] };
}

function saved(name: string, ...shape: number[]): SavedLayer {
  return { name, weights: [{ path: `/${name}`, shape }] };
}

const BACKBONE = [layer('conv2d', 3, 8), layer('conv2d_1', 8, 8), layer('last', 8, 9)];
const HEAD = layer('neck_design', 9, 5);

/** Returns the matched layer of the file for each layer of the model, or the mismatch. */
function matched(file: readonly SavedLayer[], backbone = BACKBONE) {
  const found = matchLayers(backbone, [HEAD], file);
  return found.ok ? found.value.pairs.map(([to, from]) => `${to.name} ← ${from.name}`) : found.failure.message;
}

describe('matchLayers', () => {
  test('matches layers by name, in any order', () => {
    expect(matched([saved('last', 8, 9), saved('conv2d_1', 8, 8), saved('conv2d', 3, 8)])).toEqual([
      'conv2d ← conv2d',
      'conv2d_1 ← conv2d_1',
      'last ← last',
    ]);
  });

  test('matches layers by order when Keras numbered them from another number, even if some names are equal', () => {
    expect(matched([saved('conv2d_1', 3, 8), saved('conv2d_2', 8, 8), saved('last', 8, 9)])).toEqual([
      'conv2d ← conv2d_1',
      'conv2d_1 ← conv2d_2',
      'last ← last',
    ]);
  });

  test('ignores the classifier on top of the backbone in the file', () => {
    const file = [saved('c_1', 3, 8), saved('c_2', 8, 8), saved('c_3', 8, 9), saved('predictions', 9, 1000)];
    expect(matched(file)).toEqual(['conv2d ← c_1', 'conv2d_1 ← c_2', 'last ← c_3']);
  });

  test('matches the few layers that Keras numbered from another number when the others are in another order', () => {
    const backbone = [layer('stem', 3, 8), layer('branch', 8, 8), layer('layer_normalization', 8)];
    const file = [saved('branch', 8, 8), saved('layer_normalization_4', 8), saved('stem', 3, 8)];
    expect(matched(file, backbone)).toEqual([
      'stem ← stem',
      'branch ← branch',
      'layer_normalization ← layer_normalization_4',
    ]);
  });

  test('takes a kernel with other axes of length 1, which has the same values in the same order', () => {
    expect(matched([saved('depthwise', 7, 7, 1, 96)], [layer('depthwise', 7, 7, 96, 1)])).toEqual([
      'depthwise ← depthwise',
    ]);
    expect(matched([saved('depthwise', 7, 7, 1, 96)], [layer('depthwise', 7, 7, 48, 2)])).toBe(
      '"kernel" of layer "depthwise" has the shape 7×7×1×96 in the file, expected 7×7×48×2',
    );
  });

  test('matches heads only by name', () => {
    const file = [saved('c_1', 3, 8), saved('c_2', 8, 8), saved('c_3', 8, 9), saved('neck_design', 9, 5)];
    expect(matched(file)).toContain('neck_design ← neck_design');
  });
});

describe('matchLayers fails', () => {
  test('when the file has too few layers, or additional layers that are not classifiers', () => {
    expect(matched([saved('c_1', 3, 8)])).toBe('the file has 1 layer with weights, expected 3');
    const more = [saved('c_1', 3, 8), saved('c_2', 8, 8), saved('c_3', 8, 9), saved('c_4', 1, 1, 9, 9)];
    expect(matched(more)).toBe('the file has 4 layers with weights, expected 3');
  });
});
