import type { Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { type Backbone, toUnitRange } from 'pipeline/vision';
import { describe, expect, test } from 'vitest';
import { withBuiltIn } from '../../../../src/vision/models/backbones/index.ts';
import { buildClassifier } from '../../../../src/vision/models/classifier.ts';
import { loadWeightsInto, readModelFacts, saveModel } from '../../../../src/vision/models/saved-model.ts';
import { findStartingPoint, startingModel } from '../../../../src/vision/train/start/starting-point.ts';
import { temporaryFolder } from '../../../support/dataset.ts';
import { modelFacts } from '../../../support/model-facts.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();

/** A convolution with a kernel of ones: each feature is the sum of the preprocessed channels. */
const sums: Backbone = {
  name: 'sums',
  minSize: 8,
  defaultSize: 16,
  preprocessing: toUnitRange,
  build: ({ tf, apply }, input) =>
    apply(input, tf.layers.conv2d({ name: 'sum', filters: 1, kernelSize: 1, kernelInitializer: 'ones' })),
};
const tasks = [{ name: 'neck_design', classes: 5 }];
const size = { height: 8, width: 8 };
const options = { dropout: 0, seed: 1, scratch: 'unused', log: () => {} };

/** What the layer "sum" puts out for a white image. */
function sumOfWhite(backbone: Backbone): number {
  const backbones = withBuiltIn({ mine: backbone });
  const model = buildClassifier(tf, { backbone: 'mine', ...size, tasks }, { ...options, backbones });
  const until = tf.model({ inputs: model.inputs, outputs: model.getLayer('sum').output });
  return tf.tidy(() => (until.predict(tf.fill([1, 8, 8, 3], 255)) as Tensor4D).dataSync()[0] ?? Number.NaN);
}

describe('a backbone of somebody else', () => {
  test('gets the pixels as its preprocessing says', () => {
    expect(sumOfWhite(sums)).toBeCloseTo(3, 5);
    expect(sumOfWhite({ ...sums, preprocessing: { scale: [1, 2, 4], offset: 0 } })).toBeCloseTo(7 * 255, 2);
    expect(sumOfWhite({ ...sums, preprocessing: 'none' })).toBeCloseTo(3 * 255, 2);
  });

  test('may have a name of a built-in one, which it replaces', () => {
    expect(withBuiltIn({ 'small-cnn': sums })['small-cnn']).toBe(sums);
    expect(Object.keys(withBuiltIn({ mine: sums }))).toEqual(
      expect.arrayContaining(['mine', 'small-cnn', 'nasnet-large']),
    );
  });

  test('is told what is wrong if it gives two layers one name', async () => {
    const build: Backbone['build'] = (layers, input) => sums.build(layers, sums.build(layers, input));
    const backbones = { mine: { ...sums, build } };
    const facts = modelFacts({ backbone: 'mine', ...size, tasks });
    expect(await startingModel(tf, { facts }, { ...options, backbones })).toMatchObject({
      ok: false,
      failure: [{ message: 'the backbone "mine" has several layers with the name "sum"' }],
    });
  });

  test('is told what is wrong if it returns no feature maps, or is none', async () => {
    const backbones = { mine: { ...sums, build: (() => undefined) as unknown as Backbone['build'] } };
    const facts = modelFacts({ backbone: 'mine', ...size, tasks });
    expect(await startingModel(tf, { facts }, { ...options, backbones })).toMatchObject({
      ok: false,
      failure: [
        {
          message: 'the backbone "mine" is invalid: its "build" returned undefined',
          advice: 'Return the output of its last layer from "build".',
        },
      ],
    });
    const none = { mine: undefined } as unknown as Readonly<Record<string, Backbone>>;
    expect(() => withBuiltIn(none)).toThrow('backbones: mine is undefined, expected an object with "name" and "build"');
  });

  test('has a model that only stages with this backbone take', async () => {
    const backbones = withBuiltIn({ mine: sums });
    const facts = modelFacts({ backbone: 'mine', ...size, tasks });
    const directory = temporaryFolder();
    await saveModel(tf, buildClassifier(tf, facts, { ...options, backbones }), facts, directory);
    expect(await readModelFacts(directory, backbones)).toMatchObject({ ok: true, value: { backbone: 'mine' } });
    const lacking = await readModelFacts(directory);
    expect(lacking).toMatchObject({
      ok: false,
      failure: [{ message: 'the model has the backbone "mine", which is not given here' }],
    });
  });

  describe('is compared with the one that a saved model was trained with', () => {
    const facts = modelFacts({ backbone: 'mine', ...size, tasks });
    const built = (backbone: Backbone, dropout: number) =>
      buildClassifier(tf, facts, { dropout, seed: 1, backbones: withBuiltIn({ mine: backbone }) });
    /** Saves a model with one backbone, and loads its weights into a model with another. */
    const loaded = async (trained: Backbone, now: Backbone) => {
      const directory = temporaryFolder();
      await saveModel(tf, built(trained, 0.5), facts, directory);
      return loadWeightsInto(tf, built(now, 0), directory);
    };
    const pooled = (size: number, name?: string): Backbone => ({
      ...sums,
      build: (layers, input) =>
        layers.apply(
          sums.build(layers, input),
          layers.tf.layers.maxPooling2d({ poolSize: size, ...(name !== undefined && { name }) }),
        ),
    });

    test.each([
      [
        'another preprocessing',
        { ...sums, preprocessing: { scale: 1 / 255, offset: 0 } },
        'the layer "preprocess" was trained with another scale and offset',
      ],
      [
        'no preprocessing',
        { ...sums, preprocessing: 'none' },
        'the model has the layer "preprocess" (Rescaling) instead of the layer "sum" (Conv2D)',
      ],
      [
        'a layer more',
        pooled(2, 'shrink'),
        'the model has the layer "pool" (GlobalAveragePooling2D) instead of the layer "shrink" (MaxPooling2D)',
      ],
    ] as const)('%s is refused, although all weights match', async (_, now, reason) => {
      expect(await loaded(sums, now)).toMatchObject({
        ok: false,
        failure: [
          {
            message: `the layers do not match the current version of the backbone "sums": ${reason}`,
            at: { file: expect.stringMatching(/model\.json$/) },
            advice: 'Rerun the stage that trained the model.',
          },
        ],
      });
    });

    test('a window of another size is refused', async () => {
      const { failure } = (await loaded(pooled(2, 'shrink'), pooled(4, 'shrink'))) as { failure?: unknown };
      expect(failure).toMatchObject([
        { message: expect.stringContaining('"shrink" was trained with another pool_size') },
      ]);
    });

    test('the same one is taken, whatever names TensorFlow.js gives to its layers without weights', async () => {
      expect(await loaded(pooled(2), pooled(2))).toMatchObject({ ok: true });
    });
  });

  test('is checked against the size of the images, and has no ImageNet weights unless it says so', async () => {
    const given = {
      ...{ backbone: 'mine', backbones: withBuiltIn({ mine: sums }), tasks, labelsOf: () => [] },
      ...{ resizing: { fit: 'fill', interpolation: 'antialiased' } as const, height: 7, width: 7 },
    };
    expect(await findStartingPoint({ ...given, weights: 'none' })).toMatchObject({
      failure: [{ message: 'the backbone "mine" needs images of at least 8×8 pixels, got 7×7' }],
    });
    expect(await findStartingPoint({ ...given, ...size, weights: 'imagenet' })).toMatchObject({
      failure: [{ message: 'there are no ImageNet weights for the backbone "mine"' }],
    });
  });
});
