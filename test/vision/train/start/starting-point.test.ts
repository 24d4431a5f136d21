import { expect, test } from 'vitest';
import { startingModel } from '../../../../src/vision/train/start/starting-point.ts';
import { temporaryFolder } from '../../../support/dataset.ts';
import { modelFacts } from '../../../support/model-facts.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();

test.each(['pool', 'dropout', 'block2_1_conv'])('a task must not have the same name as the layer %j', async (name) => {
  const facts = modelFacts({ tasks: [{ name, classes: 2 }] });
  const options = { dropout: 0, seed: 1, scratch: temporaryFolder(), log: () => {} };
  expect(await startingModel(tf, { facts }, options)).toEqual({
    ok: false,
    failure: [
      {
        message: `a task has the same name as a layer of the backbone "small-cnn": "${name}"`,
        advice: 'Rename the task in the label file: its head is a layer of that name.',
      },
    ],
  });
});
