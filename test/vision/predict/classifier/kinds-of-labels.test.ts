import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { expect, test } from 'vitest';
import type { HeadTask } from '../../../../src/vision/heads/head.ts';
import { saveModel } from '../../../../src/vision/models/saved-model.ts';
import { loadClassifier, sigmoid } from '../../../../src/vision/predict/index.ts';
import { answersOf } from '../../../support/answers.ts';
import { temporaryFolder } from '../../../support/dataset.ts';
import { KINDS_OF_TASKS } from '../../../support/kinds-of-tasks.ts';
import { modelFacts } from '../../../support/model-facts.ts';
import { direction } from '../../../support/own-heads.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';
import { variedModel } from '../../../support/varied-model.ts';
import { noise, png } from '../../data/images/image-makers.ts';

const tf = await tensorFlow();
const tasks: readonly HeadTask[] = [
  ...KINDS_OF_TASKS,
  { name: 'angle', kind: 'numbers', classes: 1, head: 'direction' },
];
const heads = { angle: direction, tags: sigmoid({ threshold: 0.2 }) };

test('a classifier answers with a class, classes, or numbers, as the heads of the model say', async () => {
  const folder = temporaryFolder();
  const built = variedModel(tf, 'small-cnn', 32, tasks, heads);
  await saveModel(tf, built, modelFacts({ tasks }), folder);
  const pixels = await noise(32, 32).raw().toBuffer();
  const outputs = tf.tidy(() =>
    (built.predict(tf.tensor4d(Float32Array.from(pixels), [1, 32, 32, 3])) as Tensor[]).map((output) => [
      ...output.dataSync(),
    ]),
  );
  built.dispose();
  const [colours = [], tags = [], [notShort = 0, long = 0] = [], sizes = [], [x = 0, y = 0] = []] = outputs;

  const classifier = await loadClassifier(folder, { threads: 2, heads });
  expect(classifier.tasks.map(({ name, kind }) => [name, kind])).toEqual(
    tasks.map(({ name, kind = 'class' }) => [name, kind]),
  );
  const [result] = await classifier.classify([await png(noise(32, 32))]);
  await classifier.dispose();
  const answers = answersOf(result);
  const near = (value: number) => expect.closeTo(value, 5);
  const [red = 0, green = 0, blue = 0] = colours.map(near);
  const [cat = 0, dog = 0, bird = 0, fish = 0] = tags.map(near);
  expect(answers).toEqual({
    colour: {
      class: ['red', 'green', '<b>blue</b>'][colours.indexOf(Math.max(...colours))],
      probabilities: { red, green, '<b>blue</b>': blue },
    },
    tags: {
      classes: ['cat', 'dog', 'bird', 'fish'].filter((_, index) => (tags[index] ?? 0) >= 0.2),
      probabilities: { cat, dog, bird, fish },
    },
    length: {
      class: expect.any(String),
      probabilities: { short: near(1 - notShort), knee: near(notShort * (1 - long)), long: near(notShort * long) },
    },
    size: { numbers: sizes.map((value) => expect.closeTo(value, 3)) },
    angle: { numbers: [expect.closeTo((Math.atan2(y, x) * 180) / Math.PI, 2)] },
  });
  await expect(loadClassifier(folder, { threads: 2 })).rejects.toThrow(
    'the model has the head "direction" for the task "angle"',
  );
});
