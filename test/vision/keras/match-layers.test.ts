import { describe, expect, test } from 'vitest';
import { type ModelLayer, matchLayers } from '../../../src/vision/keras/match-layers.ts';
import type { SavedLayer } from '../../../src/vision/keras/saved-layer.ts';

/** A layer with one kernel, of a class that its name tells. */
function layer(name: string, ...shape: number[]): ModelLayer {
  return { name, kind: name.replace(/_\d+$/, ''), weights: [{ name: 'kernel', shape }] };
}

function saved(name: string, ...shape: number[]): SavedLayer {
  return { name, weights: [{ path: `/${name}`, shape }] };
}

const BACKBONE = [layer('conv2d', 3, 8), layer('conv2d_1', 8, 8), layer('last', 8, 9)];
const HEAD = layer('neck_design', 9, 5);

/** For each layer of the model the layer of the file, or what does not fit. */
function matched(file: readonly SavedLayer[], backbone = BACKBONE) {
  const found = matchLayers(backbone, [HEAD], file);
  return found.ok ? found.value.pairs.map(([to, from]) => `${to.name} ← ${from.name}`) : found.failure.message;
}

describe('layers get their weights', () => {
  test('by name, in whatever order the file has them', () => {
    expect(matched([saved('last', 8, 9), saved('conv2d_1', 8, 8), saved('conv2d', 3, 8)])).toEqual([
      'conv2d ← conv2d',
      'conv2d_1 ← conv2d_1',
      'last ← last',
    ]);
  });

  test('by the order where Keras has numbered them from another number on, though some names are the same', () => {
    expect(matched([saved('conv2d_1', 3, 8), saved('conv2d_2', 8, 8), saved('last', 8, 9)])).toEqual([
      'conv2d ← conv2d_1',
      'conv2d_1 ← conv2d_2',
      'last ← last',
    ]);
  });

  test('without the classifier that the file has on top', () => {
    const file = [saved('c_1', 3, 8), saved('c_2', 8, 8), saved('c_3', 8, 9), saved('predictions', 9, 1000)];
    expect(matched(file)).toEqual(['conv2d ← c_1', 'conv2d_1 ← c_2', 'last ← c_3']);
  });

  test('heads by their names alone', () => {
    const file = [saved('c_1', 3, 8), saved('c_2', 8, 8), saved('c_3', 8, 9), saved('neck_design', 9, 5)];
    expect(matched(file)).toContain('neck_design ← neck_design');
  });
});

describe('what does not fit is told', () => {
  test('fewer layers, or more that are no classifiers', () => {
    expect(matched([saved('c_1', 3, 8)])).toBe('the file has 1 layer with weights, expected 3');
    const more = [saved('c_1', 3, 8), saved('c_2', 8, 8), saved('c_3', 8, 9), saved('c_4', 1, 1, 9, 9)];
    expect(matched(more)).toBe('the file has 4 layers with weights, expected 3');
  });

  test('a model that was used as a layer, and how to get at its weights', () => {
    const weights = Array.from({ length: 40 }, (_, index) => ({ path: `/${index}`, shape: [8] }));
    expect(matched([{ name: 'mobilenet_v2', weights }, saved('dense', 9, 5)])).toBe(
      'the file has 2 layers with weights, expected 3: «mobilenet_v2» in it is a model of its own ' +
        '(save that alone: model.get_layer("mobilenet_v2").save_weights(…))',
    );
  });
});
