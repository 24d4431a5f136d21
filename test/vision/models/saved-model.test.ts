import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildClassifier } from '../../../src/vision/models/classifier.ts';
import {
  loadModel,
  loadWeightsInto,
  type ModelFacts,
  readModelFacts,
  saveModel,
} from '../../../src/vision/models/saved-model.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { unwrap } from '../../support/result.ts';
import { tensorFlow } from '../../support/tensorflow.ts';

const tf = await tensorFlow();

const facts: ModelFacts = {
  version: 1,
  backbone: 'small-cnn',
  height: 32,
  width: 32,
  tasks: [{ name: 'neck_design', classes: 5 }],
  epochs: 3,
  steps: 180,
};
const build = (seed: number, tasks = facts.tasks) => buildClassifier(tf, { ...facts, tasks }, { dropout: 0.5, seed });

async function saved(): Promise<string> {
  const directory = temporaryFolder();
  const model = build(1);
  await saveModel(tf, model, facts, directory);
  model.dispose();
  return directory;
}

describe('a saved model', () => {
  test('is a directory of TensorFlow.js’ own two files and the facts', async () => {
    const directory = await saved();
    expect(readdirSync(directory).sort()).toEqual(['model.json', 'pipeline.json', 'summary.txt', 'weights.bin']);
    expect(unwrap(await readModelFacts(directory))).toEqual(facts);
  });

  test('needs no class of ours to be loaded: in a browser plain TensorFlow.js does', async () => {
    const { modelTopology } = JSON.parse(readFileSync(join(await saved(), 'model.json'), 'utf8'));
    const classes = modelTopology.config.layers.map((layer: { class_name: string }) => layer.class_name);
    expect(new Set(classes)).toEqual(
      new Set([
        'InputLayer',
        'Rescaling',
        'Conv2D',
        'BatchNormalization',
        'ReLU',
        'Add',
        'GlobalAveragePooling2D',
        'Dropout',
        'Dense',
      ]),
    );
  });

  test('gives its weights to a model that was just built', async () => {
    const [one, other] = [build(1), build(2)];
    unwrap(await loadWeightsInto(tf, other, await saved()));
    const values = (model: typeof one) => model.getWeights().map((weight) => [...weight.dataSync()]);
    expect(values(other)).toEqual(values(one));
  });
});

describe('what is wrong with a saved model is said', () => {
  test('no facts', async () => {
    const file = join(temporaryFolder(), 'pipeline.json');
    expect(await readModelFacts(join(file, '..'))).toEqual({
      ok: false,
      failure: [
        {
          message: 'cannot read the facts about the model: there is no such file or folder',
          at: { file },
          advice: 'Run the stage that trained the model again.',
        },
      ],
    });
  });

  test('a backbone that this version does not have', async () => {
    const directory = await saved();
    writeFileSync(join(directory, 'pipeline.json'), JSON.stringify({ ...facts, backbone: 'le-net' }));
    expect(await readModelFacts(directory)).toMatchObject({
      failure: [
        {
          message:
            'the facts about the model have another shape: model/backbone must be equal to one of the allowed values',
        },
      ],
    });
  });

  test('cut off weights', async () => {
    const directory = await saved();
    writeFileSync(join(directory, 'weights.bin'), new Uint8Array(100));
    expect(await loadModel(tf, directory)).toMatchObject({
      ok: false,
      failure: [
        {
          message: expect.stringMatching(/^cannot load the model: /),
          at: { file: join(directory, 'model.json') },
          advice: 'Run the stage that trained the model again.',
        },
      ],
    });
  });

  test('weights of another architecture', async () => {
    const wider = build(1, [{ name: 'neck_design', classes: 6 }]);
    expect(await loadWeightsInto(tf, wider, await saved())).toMatchObject({
      ok: false,
      failure: [{ message: "the weights are not those of today's «small-cnn»: Shape mismatch: [104,6] vs. [104,5]" }],
    });
  });
});
