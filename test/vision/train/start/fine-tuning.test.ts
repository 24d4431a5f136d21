import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { expect, test } from 'vitest';
import { buildClassifier } from '../../../../src/vision/models/classifier.ts';
import { type FineTuning, prepareFineTuning } from '../../../../src/vision/train/start/fine-tuning.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();

const build = (): LayersModel =>
  buildClassifier(
    tf,
    { backbone: 'small-cnn', height: 32, width: 32, tasks: [{ name: 'neck_design', classes: 5 }] },
    { dropout: 0, seed: 1 },
  );

/** Returns the learning rate factors by the names of the trainable weights. */
function factorsWith(options: FineTuning): Record<string, number> {
  const model = build();
  const prepared = prepareFineTuning(model, options);
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.failure));
  expect(prepared.value).toHaveLength(model.trainableWeights.length);
  return Object.fromEntries(
    model.trainableWeights.map(({ originalName }, index) => [originalName, prepared.value[index] ?? 0]),
  );
}

test('without options every weight is trained with the full learning rate', () => {
  const factors = factorsWith({});
  expect(Object.keys(factors)).toHaveLength(build().trainableWeights.length);
  expect(new Set(Object.values(factors))).toEqual(new Set([1]));
});

test('freeze: backbone trains only the heads', () => {
  expect(factorsWith({ freeze: 'backbone' })).toEqual({ 'neck_design/kernel': 1, 'neck_design/bias': 1 });
});

test('freeze: backbone freezes the normalization that ConvNeXt has after the pooling, too', () => {
  const tasks = [{ name: 'neck_design', classes: 5 }];
  const architecture = { backbone: 'convnext-tiny', height: 32, width: 32, tasks };
  const model = buildClassifier(tf, architecture, { dropout: 0, seed: 1 });
  prepareFineTuning(model, { freeze: 'backbone' });
  expect(model.trainableWeights.map(({ originalName }) => originalName)).toEqual([
    'neck_design/kernel',
    'neck_design/bias',
  ]);
  model.dispose();
});

test('freeze with a layer name trains only the layers after it', () => {
  const trained = Object.keys(factorsWith({ freeze: 'block3_relu' }));
  expect(trained.filter((name) => !/^(block4|neck_design)/.test(name))).toEqual([]);
  expect(trained).toContain('block4_1_conv/kernel');
});

test('a frozen BatchNormalization normalizes by its moving averages and does not change them', () => {
  const model = build();
  prepareFineTuning(model, { freeze: 'backbone' });
  const before = model.getWeights().map((weight) => [...weight.dataSync()]);
  const images = tf.randomUniform([4, 32, 32, 3], 0, 255);
  tf.tidy(() => void model.apply(images, { training: true, key: tf.tensor1d([1, 1], 'int32') }));
  expect(model.getWeights().map((weight) => [...weight.dataSync()])).toEqual(before);
});

test('freezeBatchNormalization trains all layers but those of batch normalization, which keep their statistics', () => {
  const trained = Object.keys(factorsWith({ freezeBatchNormalization: true }));
  expect(trained.filter((name) => /_bn\//.test(name))).toEqual([]);
  expect(trained).toContain('stem_conv/kernel');
  const model = build();
  prepareFineTuning(model, { freezeBatchNormalization: true });
  const before = model.getWeights().map((weight) => [...weight.dataSync()]);
  const images = tf.randomUniform([4, 32, 32, 3], 0, 255);
  tf.tidy(() => void model.apply(images, { training: true, key: tf.tensor1d([1, 1], 'int32') }));
  expect(model.getWeights().map((weight) => [...weight.dataSync()])).toEqual(before);
});

test('each layer has the learning rate factor of the first named layer at or after it', () => {
  const factors = factorsWith({ rateFactors: { backbone: 0.5, block2_relu: 0.1 } });
  expect(factors).toMatchObject({
    'stem_conv/kernel': 0.1,
    'block2_2_conv/kernel': 0.1,
    'block3_1_conv/kernel': 0.5,
    'block4_2_bn/gamma': 0.5,
    'neck_design/kernel': 1,
  });
});

test('prepareFineTuning reports unknown layer names with suggestions, and when nothing is left to train', () => {
  expect(prepareFineTuning(build(), { freeze: 'block3_rel', rateFactors: { bakbone: 0.1 } })).toEqual({
    ok: false,
    failure: [
      {
        message: '"small-cnn" has no layer named "block3_rel"',
        advice:
          "Similar names are block3_relu, block1_relu, block2_relu. The model's summary.txt lists all layers; " +
          '"backbone" stands for the whole backbone.',
      },
      {
        message: '"small-cnn" has no layer named "bakbone"',
        advice: expect.stringMatching(/^Similar names are backbone, /),
      },
    ],
  });
  expect(prepareFineTuning(build(), { freeze: 'neck_design' })).toMatchObject({
    failure: [{ message: 'freeze: "neck_design" leaves nothing to train' }],
  });
});
