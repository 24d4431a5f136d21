import { createHash } from 'node:crypto';
import type { LayersModel, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, test } from 'vitest';
import { type BackboneName, backboneNames, backbones } from '../../../../src/vision/models/backbones/index.ts';
import { buildClassifier } from '../../../../src/vision/models/classifier.ts';
import { outputsOf } from '../../../../src/vision/models/forward.ts';
import { loadWeightsInto, saveModel } from '../../../../src/vision/models/saved-model.ts';
import { temporaryFolder } from '../../../support/dataset.ts';
import { modelFacts } from '../../../support/model-facts.ts';
import { unwrap } from '../../../support/result.ts';
import { expectNoLeak, tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();

const tasks = [
  { name: 'coat_length', classes: 8 },
  { name: 'neck_design', classes: 5 },
];

/** Parameter counts with two heads. Except for small-cnn, these are Keras' counts without top plus those of the heads. */
const parameters: Record<BackboneName, number> = {
  'small-cnn': 311_613,
  'mobilenet-v2': 2_257_984 + 13 * 1281,
  'nasnet-mobile': 4_269_716 + 13 * 1057,
  'inception-resnet-v2': 54_336_736 + 13 * 1537,
  'nasnet-large': 84_916_818 + 13 * 4033,
  'resnet50-v2': 23_564_800 + 13 * 2049,
  'efficientnet-v2-b0': 5_919_312 + 13 * 1281,
  'efficientnet-v2-b1': 6_931_124 + 13 * 1281,
  'efficientnet-v2-b2': 8_769_374 + 13 * 1409,
  'efficientnet-v2-b3': 12_930_622 + 13 * 1537,
  'efficientnet-v2-s': 20_331_360 + 13 * 1281,
  'convnext-tiny': 27_820_128 + 13 * 769,
  'convnext-small': 49_454_688 + 13 * 769,
};

const pixels = (size: number): Tensor4D => tf.randomUniform([2, size, size, 3], 0, 255, 'float32', 1);
const predictions = (model: LayersModel, size: number): number[] =>
  tf.tidy(() => [...outputsOf(tf, model, pixels(size)).dataSync()]);
const weightsOf = (model: LayersModel): string => {
  const hash = createHash('sha256');
  for (const weight of model.getWeights()) hash.update(weight.dataSync());
  return hash.digest('hex');
};

describe.each(backboneNames)('%s', (backbone) => {
  const { minSize, defaultSize } = backbones[backbone];
  const build = (size: number, seed = 1): LayersModel =>
    buildClassifier(tf, { backbone, height: size, width: size, tasks }, { dropout: 0.5, seed });

  test.each([minSize, defaultSize])('maps images of %i pixels to a probability distribution for each task', (size) => {
    const model = build(size);
    expect(model.outputNames).toEqual(['coat_length', 'neck_design']);
    const outputs = [model.predict(pixels(size))].flat();
    expect(outputs.map(({ shape }) => shape)).toEqual([
      [2, 8],
      [2, 5],
    ]);
    const sums = outputs.flatMap((output) => [...output.sum(1).dataSync()]);
    for (const sum of sums) expect(sum).toBeCloseTo(1, 5);
    model.dispose();
  });

  test('takes the momentum of its batch normalization from the options', () => {
    const options = { dropout: 0.5, seed: 1, batchNormalizationMomentum: 0.75 };
    const model = buildClassifier(tf, { backbone, height: minSize, width: minSize, tasks }, options);
    const normalizations = model.layers.filter((layer) => layer.getClassName() === 'BatchNormalization');
    // ConvNeXt normalizes by layer.
    expect(normalizations.length === 0).toBe(backbone.startsWith('convnext'));
    expect(normalizations.every((layer) => layer.getConfig()['momentum'] === 0.75)).toBe(true);
    model.dispose();
  });

  test('has the expected number of parameters', () => {
    const model = build(defaultSize);
    expect(model.countParams()).toBe(parameters[backbone]);
    model.dispose();
  });

  test('has the same initial weights for the same seed, and others for another seed', () => {
    const [one, same, other] = [build(minSize, 1), build(minSize, 1), build(minSize, 2)];
    expect(weightsOf(same)).toBe(weightsOf(one));
    expect(weightsOf(other)).not.toBe(weightsOf(one));
    for (const model of [one, same, other]) model.dispose();
  });

  test('gives the same predictions after saving and loading with TensorFlow.js', async () => {
    const model = build(minSize);
    const directory = temporaryFolder();
    await saveModel(tf, model, modelFacts({ backbone, height: minSize, width: minSize, tasks }), directory);
    const loaded = await tf.loadLayersModel(`file://${directory}/model.json`);
    const expected = predictions(model, minSize);
    const differences = predictions(loaded, minSize).map((value, at) => Math.abs(value - (expected[at] ?? Number.NaN)));
    // TensorFlow.js' own layer normalization, which ConvNeXt has, rounds otherwise.
    expect(Math.max(...differences)).toBeLessThanOrEqual(backbone.startsWith('convnext') ? 1e-6 : 0);
    for (const used of [model, loaded]) used.dispose();
  });

  test('gives exactly the same predictions with the weights of a saved model', async () => {
    const [model, other] = [build(minSize, 1), build(minSize, 2)];
    const directory = temporaryFolder();
    await saveModel(tf, model, modelFacts({ backbone, height: minSize, width: minSize, tasks }), directory);
    unwrap(await loadWeightsInto(tf, other, directory));
    expect(predictions(other, minSize)).toEqual(predictions(model, minSize));
    for (const used of [model, other]) used.dispose();
  });

  test('leaks no tensor when it is built, run, saved and disposed of', async () => {
    await expectNoLeak(tf, async () => {
      const model = build(minSize);
      predictions(model, minSize);
      const facts = modelFacts({ backbone, height: minSize, width: minSize, tasks });
      await saveModel(tf, model, facts, temporaryFolder());
      model.dispose();
    });
  });
});
