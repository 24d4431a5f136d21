import { describe, expect, test } from 'vitest';
import { createEagerPredictor, createPredictor } from '../../../src/vision/predict/predictor.ts';
import { expectNoLeak, tensorFlow } from '../../support/tensorflow.ts';
import { variedImages, variedModel } from '../../support/varied-model.ts';

const tf = await tensorFlow();

const SIZE = 64;
const images = variedImages(3, SIZE);

// The large backbones are tested in test/keras-parity/large-backbones.test.ts.
describe.each(['small-cnn', 'mobilenet-v2', 'nasnet-mobile'] as const)('the predictor for %s', (backbone) => {
  test('gives the same predictions as a graph and op by op', async () => {
    const model = variedModel(tf, backbone, SIZE);
    const image = { height: SIZE, width: SIZE };
    const expected = await createEagerPredictor(tf, model, image).predict(images, 3);
    await expectNoLeak(tf, async () => {
      const predictor = await createPredictor(tf, 'graph', model, { ...image, batchSize: 3 });
      const predicted = await predictor.predict(images, 3);
      expect(predicted).toHaveLength(expected.length);
      for (const [at, value] of predicted.entries()) expect(Math.abs(value - (expected[at] ?? 0))).toBeLessThan(1e-5);
      await predictor.dispose();
    });
    model.dispose();
  });
});
