import { describe, expect, test } from 'vitest';
import { buildClassifier } from '../../src/models/classifier.ts';
import { createOptimizer } from '../../src/train/optimizer.ts';
import { type StepOptions, trainingStep } from '../../src/train/step.ts';
import { headLayout } from '../../src/train/target-masks.ts';
import { countWeights } from '../../src/train/weight-vector.ts';
import { tensorFlow } from '../support/tensorflow.ts';

const tf = await tensorFlow();

const SIZE = 32;
const tasks = [
  { name: 'colour', classes: 3 },
  { name: 'shade', classes: 2 },
];

/** Six images of one brightness each; the brighter, the higher the class of the task `colour`. */
const images = Uint8Array.from(
  { length: 6 * SIZE * SIZE * 3 },
  (_, at) => (Math.floor(at / (SIZE * SIZE * 3)) % 3) * 120,
);
const batch = { images, taskOf: new Uint8Array(6), classOf: Uint8Array.of(0, 1, 2, 0, 1, 2) };
const at = { seed: 2018, step: 0 };

function setUp(): StepOptions {
  const model = buildClassifier(
    tf,
    { backbone: 'small-cnn', height: SIZE, width: SIZE, tasks },
    { dropout: 0.2, seed: 1 },
  );
  return {
    model,
    height: SIZE,
    width: SIZE,
    layout: headLayout(tasks),
    optimizer: createOptimizer(tf, { name: 'adam' }, countWeights(model.trainableWeights)),
    augmentation: { horizontalFlip: true, rotationRange: 20, zoomRange: 0.2 },
  };
}

const weightsOf = ({ model }: StepOptions) =>
  Object.fromEntries(model.weights.map((weight) => [weight.originalName, [...weight.read().dataSync()]]));

describe('a training step', () => {
  test('brings the loss of the batch down, when it is taken often enough', () => {
    const options = setUp();
    const losses = Array.from(
      { length: 12 },
      (_, step) => trainingStep(tf, options, batch, { ...at, step }, 3e-3).loss,
    );
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 3);
  });

  test('tells the loss before the update and the predicted class of each sample, a column of its own head', () => {
    const { loss, predicted } = trainingStep(tf, setUp(), batch, at, 1e-3);
    expect(loss).toBeGreaterThan(0);
    expect(predicted).toHaveLength(6);
    for (const column of predicted) expect([0, 1, 2]).toContain(column);
  });

  test('moves every weight but those of a head that no sample of the batch has', () => {
    const options = setUp();
    const before = weightsOf(options);
    trainingStep(tf, options, batch, at, 1e-3);
    const after = weightsOf(options);
    const unmoved = Object.keys(before).filter((name) => String(before[name]) === String(after[name]));
    expect(unmoved).toEqual(['shade/kernel', 'shade/bias']);
  });

  test('gives the same weights bit for bit from the same weights, batch, seed and step', () => {
    const [one, other] = [setUp(), setUp()];
    for (const options of [one, other]) {
      for (const step of [0, 1]) trainingStep(tf, options, batch, { ...at, step }, 1e-3);
    }
    expect(weightsOf(other)).toEqual(weightsOf(one));
  });

  test('draws anew in each step: the same batch gives another loss', () => {
    const lossAt = (step: number) => trainingStep(tf, setUp(), batch, { ...at, step }, 1e-3).loss;
    expect(lossAt(1)).not.toBe(lossAt(0));
  });

  test('leaves no tensor behind', () => {
    const options = setUp();
    trainingStep(tf, options, batch, at, 1e-3);
    const before = tf.memory().numTensors;
    trainingStep(tf, options, batch, { ...at, step: 1 }, 1e-3);
    expect(tf.memory().numTensors).toBe(before);
  });
});
