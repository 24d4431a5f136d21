import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  LayersModel,
  LayerVariable,
  Scalar,
  SymbolicTensor,
  Tensor,
  Tensor2D,
  Tensor4D,
  Variable,
} from '@tensorflow/tfjs-node-gpu';
import { describe, expect, test } from 'vitest';
import { type BackboneName, backboneNames, backbones } from '../../src/vision/models/backbones/index.ts';
import { LayerFactory } from '../../src/vision/models/layers/layer-factory.ts';
import { adam } from '../../src/vision/train/optimizers/adam.ts';
import { expectNoLeak } from '../support/tensorflow.ts';
import { ask, FEATURES, LAYERS, STEP, tf, written } from './keras-networks.ts';

const names = backboneNames.filter((name) => backbones[name].kerasName !== undefined);

/** Adds no stochastic depth: Keras would draw other random numbers. */
class WithoutDropout extends LayerFactory {
  override dropout(x: SymbolicTensor): SymbolicTensor {
    return x;
  }
}

/** Builds our model from images to pooled features. */
function build(backbone: BackboneName, size: number): LayersModel {
  const { build, afterPooling } = backbones[backbone];
  const input = tf.input({ name: 'input_layer', shape: [size, size, 3] });
  const layers = new WithoutDropout(tf, 1);
  const pooled = layers.globalAveragePooling2d(build(layers, input), { name: 'pool' });
  return tf.model({ inputs: input, outputs: afterPooling?.(layers, pooled) ?? pooled });
}

const weightsOf = (model: LayersModel) => model.layers.flatMap((layer) => layer.weights);

function takeWeights(model: LayersModel, folder: string): void {
  tf.tidy(() => {
    for (const [index, weight] of weightsOf(model).entries()) {
      weight.write(tf.reshape(written(folder, 'weight', index), weight.shape as number[]));
    }
  });
}

const imagesOf = (folder: string, size: number) =>
  tf.tidy(() => tf.reshape(written(folder, 'image'), [-1, size, size, 3])) as Tensor4D;

/** Returns the L2 norm of the difference, relative to that of `expected`. */
function distance(actual: Tensor, expected: Tensor): number {
  return tf.tidy(() => {
    const flat = tf.reshape(actual, [-1]);
    return tf.div(tf.norm(tf.sub(flat, expected)), tf.norm(expected)).dataSync()[0] ?? Number.NaN;
  });
}

describe.each(names)('%s', (backbone) => {
  const { defaultSize } = backbones[backbone];

  test('has the names, order, classes, shapes and parameter counts of the layers of Keras', async () => {
    const { result } = await ask<string[]>(LAYERS, { backbone, size: defaultSize, count: 1 });
    const table = readFileSync(
      join(import.meta.dirname, '../vision/models/backbones/keras', `${backbone}.txt`),
      'utf8',
    );
    // test/vision/models compares our layers with this table. The input layer is not part of the backbone.
    expect(table.trim().split('\n').slice(1)).toEqual(result.slice(1));
  });

  test.each([...new Set([defaultSize, 331])])('computes the features of Keras at %i pixels', async (size) => {
    const { folder } = await ask(FEATURES, { backbone, size, count: 2 });
    await expectNoLeak(tf, () => {
      const model = build(backbone, size);
      takeWeights(model, folder);
      tf.tidy(() => {
        const features = model.predict(imagesOf(folder, size)) as Tensor2D;
        expect(distance(features, written(folder, 'feature'))).toBeLessThan(1e-4);
      });
      model.dispose();
    });
  });

  describe('a training step at 139 pixels', () => {
    const step = { backbone, size: 139, count: 4 };

    test('has the gradients and updated weights of tf_keras, which uses the same kernels', async () => {
      const { folder, result: loss } = await ask<number>(STEP, { ...step, library: 'tf_keras' });
      await expectNoLeak(tf, () => {
        const { model, taken } = takeStep(backbone, step.size, folder);
        expect(taken.loss).toBeCloseTo(loss, 5);
        expect(distanceOfAll('gradient', taken.gradients, folder)).toBeLessThan(1e-3);
        for (const [index, weight] of weightsOf(model).entries()) {
          if (isMovingAverage(weight)) continue; // tf_keras averages the unbiased variance, Keras 3 and ours the biased one.
          expect(distanceTo('updated', weight, index, folder), weight.originalName).toBeLessThan(1e-3);
        }
        tf.dispose(taken.gradients);
        model.dispose();
      });
    });

    test('has the updated moving averages and weights of Keras 3', async () => {
      const { folder, result: loss } = await ask<number>(STEP, step);
      const { model, taken } = takeStep(backbone, step.size, folder);
      expect(taken.loss / loss).toBeCloseTo(1, 3);
      for (const [index, weight] of weightsOf(model).entries()) {
        if (!isMovingAverage(weight)) continue;
        expect(distanceTo('updated', weight, index, folder), weight.originalName).toBeLessThan(1e-3);
      }
      // All together: where a gradient is only noise, Adam's step is as large as elsewhere, with a random sign.
      const updated = weightsOf(model).map((weight) => weight.read());
      expect(distanceOfAll('updated', updated, folder)).toBeLessThan(1e-3);
      model.dispose();
    });

    // With so many layers, float32 rounding changes the gradients by up to a few percent, in Keras 3 as here.
    // float64 takes minutes in large networks, of which smaller ones with the same code are tested, and in ConvNeXt.
    const large = ['nasnet-large', 'efficientnet-v2-b3', 'efficientnet-v2-s', 'convnext-tiny', 'convnext-small'];
    const small = large.includes(backbone) ? test.skip : test;
    small('has gradients about as close to the float64 gradients as those of Keras 3', async () => {
      const rounded = await ask<number>(STEP, step);
      const exact = await ask<number>(STEP, { ...step, precision: 'float64', weightsFrom: rounded.folder });
      const { model, taken } = takeStep(backbone, step.size, rounded.folder);
      const ofKeras = weightsOf(model).map((_, index) => written(rounded.folder, 'gradient', index));
      const error = distanceOfAll('gradient', taken.gradients, exact.folder);
      expect(error / distanceOfAll('gradient', ofKeras, exact.folder)).toBeLessThan(2);
      model.dispose();
    });
  });
});

/** Takes the step of the script STEP on our model, with the weights in the folder. */
function takeStep(backbone: BackboneName, size: number, folder: string) {
  const model = build(backbone, size);
  takeWeights(model, folder);
  const weights = weightsOf(model);
  const trainable = model.trainableWeights.map((weight) => weight.read() as Variable);
  const taken = tf.tidy(() => {
    const [images, target] = [imagesOf(folder, size), written(folder, 'target')];
    const { value, grads } = tf.variableGrads(
      () => tf.mean(tf.square(tf.sub(model.apply(images, { training: true }) as Tensor, target))),
      trainable,
    );
    const gradients = weights.map(
      (weight) => grads[(weight.read() as Variable).name] ?? tf.zeros(weight.shape as number[]),
    );
    const optimizer = adam();
    const [learningRate, rate, update] = [1e-4, optimizer.rate?.(1e-4, 1) ?? Number.NaN, 1].map((value) =>
      tf.scalar(value),
    ) as [Scalar, Scalar, Scalar];
    for (const weight of trainable) {
      const slots = Array.from({ length: optimizer.slots }, () => tf.zerosLike(weight));
      const gradient = grads[weight.name] as Tensor;
      const updated = optimizer.update({ tf, weight, gradient, slots, learningRate, rate, update, isKernel: true });
      weight.assign(updated.weight as Variable);
    }
    return { loss: value.dataSync()[0] ?? Number.NaN, gradients: gradients.map((gradient) => tf.keep(gradient)) };
  });
  return { model, taken };
}

const isMovingAverage = ({ originalName }: { readonly originalName: string }) => originalName.includes('/moving_');

const distanceTo = (kind: string, weight: LayerVariable, index: number, folder: string) =>
  tf.tidy(() => distance(weight.read(), written(folder, kind, index)));

/** Returns the distance of all tensors, concatenated. */
function distanceOfAll(kind: string, actual: readonly Tensor[], folder: string): number {
  return tf.tidy(() => {
    const flat = (tensors: readonly Tensor[]) => tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1])));
    return distance(flat(actual), flat(actual.map((_, index) => written(folder, kind, index))));
  });
}
