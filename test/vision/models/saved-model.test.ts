import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildClassifier } from '../../../src/vision/models/classifier.ts';
import { loadWeightsInto, readModelFacts, saveModel } from '../../../src/vision/models/saved-model.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { modelFacts } from '../../support/model-facts.ts';
import { unwrap } from '../../support/result.ts';
import { tensorFlow } from '../../support/tensorflow.ts';

const tf = await tensorFlow();

const facts = modelFacts();
const build = (seed: number, tasks = facts.tasks) => buildClassifier(tf, { ...facts, tasks }, { dropout: 0.5, seed });

async function saved(): Promise<string> {
  const directory = temporaryFolder();
  const model = build(1);
  await saveModel(tf, model, facts, directory);
  model.dispose();
  return directory;
}

describe('a saved model', () => {
  test("is a directory with TensorFlow.js' two files, the facts and a summary", async () => {
    const directory = await saved();
    expect(readdirSync(directory).sort()).toEqual(['model.json', 'pipeline.json', 'summary.txt', 'weights.bin']);
    expect(unwrap(await readModelFacts(directory))).toEqual(facts);
  });

  test('can be loaded by TensorFlow.js without custom layer classes, for example in a browser', async () => {
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

  test('provides the weights for a newly built model', async () => {
    const [one, other] = [build(1), build(2)];
    unwrap(await loadWeightsInto(tf, other, await saved()));
    const values = (model: typeof one) => model.getWeights().map((weight) => [...weight.dataSync()]);
    expect(values(other)).toEqual(values(one));
  });
});

describe('reading a saved model fails', () => {
  test('when the facts are missing', async () => {
    const file = join(temporaryFolder(), 'pipeline.json');
    expect(await readModelFacts(join(file, '..'))).toEqual({
      ok: false,
      failure: [
        {
          message: 'cannot read the facts about the model: there is no such file or folder',
          at: { file },
          advice: 'Rerun the stage that trained the model.',
        },
      ],
    });
  });

  test('when the facts name an unknown backbone', async () => {
    const directory = await saved();
    writeFileSync(join(directory, 'pipeline.json'), JSON.stringify({ ...facts, backbone: 'le-net' }));
    expect(await readModelFacts(directory)).toMatchObject({
      failure: [
        {
          message: 'the model has the backbone "le-net", which is not given here',
        },
      ],
    });
  });

  test.each([
    [['a', 'b'], 'has 5 classes, but 2 different names of them'],
    [['a', 'b', 'c', 'd', 'd'], 'has 5 classes, but 4 different names of them'],
  ])('when the classes of a task have the names %j', async (names, message) => {
    const directory = await saved();
    const tasks = [{ name: 'neck_design', classes: 5, class_names: names }];
    writeFileSync(join(directory, 'pipeline.json'), JSON.stringify({ ...facts, tasks }));
    expect(await readModelFacts(directory)).toMatchObject({
      failure: [{ message: `the task "neck_design" ${message}` }],
    });
  });

  test('when the weights are incomplete', async () => {
    const directory = await saved();
    writeFileSync(join(directory, 'weights.bin'), new Uint8Array(100));
    expect(await loadWeightsInto(tf, build(1), directory)).toMatchObject({
      ok: false,
      failure: [
        {
          message: expect.stringMatching(/^cannot load the model: its weights have 100 bytes/),
          at: { file: join(directory, 'model.json') },
          advice: 'Rerun the stage that trained the model.',
        },
      ],
    });
  });

  test.each([
    '../outside.bin',
    '/etc/passwd',
    'C:\\x',
    'a\0b',
    'inside/../../outside.bin',
    'link.bin',
    'linked/outside.bin',
  ])('when it names weights outside its directory: %s', async (file) => {
    const directory = join(temporaryFolder(), 'model');
    cpSync(await saved(), directory, { recursive: true });
    const model = join(directory, 'model.json');
    const weights = readFileSync(join(directory, 'weights.bin'));
    writeFileSync(join(directory, '../outside.bin'), weights);
    symlinkSync('../outside.bin', join(directory, 'link.bin'));
    symlinkSync('..', join(directory, 'linked'));
    writeFileSync(model, readFileSync(model, 'utf8').replace('"weights.bin"', JSON.stringify(file)));
    const refused = {
      ok: false,
      failure: [
        { message: `cannot load the model: the file of weights "${file}" is outside the model`, at: { file: model } },
      ],
    };
    expect(await loadWeightsInto(tf, build(1), directory)).toMatchObject(refused);
  });

  test('when its files are of another kind or shape', async () => {
    const directory = await saved();
    const model = join(directory, 'model.json');
    for (const text of [
      '[',
      'null',
      '{"modelTopology":{},"weightsManifest":[{"paths":[1],"weights":[]}]}',
      '['.repeat(1e5),
    ]) {
      writeFileSync(model, text);
      expect(await loadWeightsInto(tf, build(1), directory)).toMatchObject({
        ok: false,
        failure: [{ at: { file: model } }],
      });
    }
    rmSync(model);
    execFileSync('mkfifo', [model]);
    expect(await loadWeightsInto(tf, build(1), directory)).toMatchObject({
      failure: [{ message: 'cannot load the model: it is a named pipe, not a regular file' }],
    });
  });

  test('when weights are NaN, naming the layer', async () => {
    const directory = temporaryFolder();
    const model = build(1);
    const [kernel] = model.getLayer('block1_1_conv').weights;
    kernel?.write(tf.fill(kernel.shape as number[], Number.NaN));
    await saveModel(tf, model, facts, directory);
    const problem = {
      message: 'the weights of the model are unusable: "kernel" of layer "block1_1_conv" has a value that is NaN',
      at: { file: join(directory, 'model.json') },
      advice: 'Rerun the stage that trained the model.',
    };
    expect(await loadWeightsInto(tf, build(2), directory)).toEqual({ ok: false, failure: [problem] });
  });

  test('when the weights are of another architecture', async () => {
    const wider = build(1, [{ name: 'neck_design', classes: 6 }]);
    expect(await loadWeightsInto(tf, wider, await saved())).toMatchObject({
      ok: false,
      failure: [
        {
          message:
            'the weights do not match the current version of the backbone "small-cnn": ' +
            'Shape mismatch: [104,6] vs. [104,5]',
        },
      ],
    });
  });
});
