import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { saveModel } from '../../../../src/vision/models/saved-model.ts';
import {
  type Answers,
  type Classifier,
  ClassifierError,
  type ClassifierOptions,
  loadClassifier,
} from '../../../../src/vision/predict/index.ts';
import classify from '../../../../stages/classify.ts';
import { answersOf, classAnswers, largestDifference } from '../../../support/answers.ts';
import { temporaryFolder, writeFiles } from '../../../support/dataset.ts';
import { modelFacts } from '../../../support/model-facts.ts';
import { collected, runStage } from '../../../support/run-stage.ts';
import { expectNoLeak, tensorFlow } from '../../../support/tensorflow.ts';
import { VARIED_TASKS, variedModel } from '../../../support/varied-model.ts';
import { jpeg, noise, png } from '../../data/images/image-makers.ts';

const NECKS = ['invisible', 'turtle', 'ruffle', 'low turtle', 'draped'];
const TASKS = VARIED_TASKS.map((task) => (task.name === 'neck_design' ? { ...task, class_names: NECKS } : task));

const tf = await tensorFlow();
let model = '';
/** Photographs of several sizes and formats, by name. */
let photographs: Readonly<Record<string, Buffer>>;

beforeAll(async () => {
  model = temporaryFolder(() => {});
  const built = variedModel(tf, 'small-cnn', 32);
  await saveModel(tf, built, modelFacts({ tasks: TASKS }), model);
  built.dispose();
  photographs = {
    'a.jpg': await jpeg(noise(300, 200)),
    'b.png': await png(noise(32, 32)),
    'c.jpg': await jpeg(noise(50, 90)),
    'd.png': await png(noise(20, 500)),
    'e.jpg': await jpeg(noise(64, 64)),
  };
  return () => rmSync(model, { recursive: true, force: true });
});

/** What stands in answers besides numbers. */
const shapeOf = (answers: Answers) =>
  classAnswers(answers).map(([task, answer]) => [task, answer.class, Object.keys(answer.probabilities)]);

/** The tests run with two threads, as the stages do. */
const load = (folder: string | URL = model, options: ClassifierOptions = {}) =>
  loadClassifier(folder, { threads: 2, ...options });

/** Runs `use` with a classifier, and expects that it leaves no tensor. */
const withClassifier = (use: (classifier: Classifier) => Promise<void>, options?: ClassifierOptions) =>
  expectNoLeak(tf, async () => {
    const classifier = await load(model, options);
    await use(classifier);
    await classifier.dispose();
  });

describe('a loaded classifier', () => {
  test('answers as the classify stage does, for paths and for bytes, one by one and all at once', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, photographs);
    const stage = await runStage(classify, {
      params: { formats: ['jsonl'] },
      inputs: { images: folder, models: collected(model) },
    });
    const lines = readFileSync(join(stage.outputs['predictions'] ?? '', 'predictions.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const expected: Answers[] = lines.map((line) => JSON.parse(line).tasks);
    await withClassifier(async (classifier) => {
      const paths = Object.keys(photographs).map((name) => join(folder, name));
      const together = await classifier.classify(paths);
      const single = await Promise.all(Object.values(photographs).map((bytes) => classifier.classify([bytes])));
      for (const results of [together, single.flat()]) {
        expect(results).toHaveLength(expected.length);
        for (const [index, result] of results.entries()) {
          const answers = answersOf(result);
          expect(shapeOf(answers)).toEqual(shapeOf(expected[index] ?? {}));
          expect(largestDifference(answers, expected[index] ?? {})).toBeLessThan(1e-6);
        }
      }
    });
  });

  test('names its tasks and their classes', () =>
    withClassifier(async (classifier) => {
      expect(classifier.tasks).toEqual([
        { name: 'neck_design', kind: 'class', classes: NECKS },
        { name: 'coat_length', kind: 'class', classes: ['0', '1', '2', '3', '4', '5', '6', '7'] },
      ]);
    }));

  test('says of each unusable image why, and classifies the others', () =>
    withClassifier(
      async (classifier) => {
        const { 'a.jpg': photograph = Buffer.alloc(0), 'e.jpg': small = Buffer.alloc(0) } = photographs;
        const results = await classifier.classify([
          small,
          photograph,
          Buffer.from('no image'),
          small.subarray(0, 300),
          new Uint8Array(),
          '/no/such/image.jpg',
          new Uint8Array(small),
        ]);
        const messages = results.map((result) => (result.ok ? 'answered' : result.failure.map((each) => each.message)));
        expect(messages).toEqual([
          'answered',
          ['cannot decode the image: its header declares 300×200 pixels; at most 50000 are decoded'],
          ['cannot decode the image: it is a text file'],
          [expect.stringContaining('cannot decode the image: ')],
          [expect.stringContaining('cannot decode the image: ')],
          ['cannot read the image: there is no such file or folder'],
          'answered',
        ]);
        expect(results[5]).toMatchObject({ failure: [{ at: { file: '/no/such/image.jpg' } }] });
        expect(results[6]).toEqual(results[0]);
        expect(await classifier.classify([])).toEqual([]);
      },
      { maxPixels: 50_000, batchSize: 1 },
    ));

  test('classifies any number of images at the same time, with any batch size', async () => {
    const bytes = Object.values(photographs);
    const requests = Array.from({ length: 60 }, (_, index) => bytes[index % bytes.length] ?? Buffer.alloc(0));
    await withClassifier(
      async (classifier) => {
        const apart = await Promise.all(requests.map((image) => classifier.classify([image])));
        const together = await classifier.classify(requests);
        for (const [index, [result]] of apart.entries())
          expect(largestDifference(answersOf(result), answersOf(together[index]))).toBeLessThan(1e-6);
        expect(together.filter(({ ok }) => ok)).toHaveLength(60);
      },
      { batchSize: 7 },
    );
  });

  test('rejects what is not an image source, an aborted call, and any call after it was disposed of', async () => {
    const classifier = await load();
    const untyped: unknown[] = [photographs['b.png'], 7];
    await expect(classifier.classify(untyped as Buffer[])).rejects.toThrow(
      'classify: image 1 is 7, expected the path of a file or a Uint8Array',
    );
    await expect(classifier.classify('b.png' as never)).rejects.toThrow(
      "classify: got 'b.png', expected an array of images",
    );
    const signal = AbortSignal.abort(new Error('the client has gone'));
    await expect(classifier.classify(['b.png'], { signal })).rejects.toThrow('the client has gone');
    await Promise.all([classifier.dispose(), classifier.dispose()]);
    await expect(classifier.classify(['b.png'])).rejects.toThrow('disposed');
  });
});

describe('loading a classifier', () => {
  test('finds the model in a folder that `pipeline export` has made, also by a URL', async () => {
    const exported = temporaryFolder();
    cpSync(model, join(exported, 'model'), { recursive: true });
    writeFiles(exported, { 'metrics.json': '{}', 'history/history.arrow': '' });
    for (const folder of [exported, pathToFileURL(`${exported}/`)]) {
      const classifier = await load(folder);
      expect(classifier.tasks.map(({ name }) => name)).toEqual(['neck_design', 'coat_length']);
      await classifier.dispose();
    }
    cpSync(model, join(exported, 'another'), { recursive: true });
    await expect(load(exported)).rejects.toThrow('there are several models in this folder: another and model');
  });

  test('says which file is wrong and what to do', async () => {
    const empty = temporaryFolder();
    const failure = await load(empty).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ClassifierError);
    expect((failure as ClassifierError).message).toBe(
      `${empty}: there is no model in this folder: no pipeline.json\n` +
        '→ Give the folder of a model, such as the one that `npx pipeline export STAGE.model FOLDER` creates.',
    );
    await expect(load('/no/such/folder')).rejects.toThrow('there is no such file or folder');
    cpSync(model, empty, { recursive: true });
    writeFileSync(join(empty, 'weights.bin'), 'short');
    await expect(load(empty)).rejects.toThrow(/its weights have 5 bytes, expected \d+/);
    writeFileSync(join(empty, 'pipeline.json'), '{');
    const broken = (await load(empty).catch((error: unknown) => error)) as ClassifierError;
    expect(broken.problems).toMatchObject([{ at: { file: join(empty, 'pipeline.json') } }]);
  });

  test('needs the backbone of the model', async () => {
    const folder = temporaryFolder();
    cpSync(model, folder, { recursive: true });
    writeFileSync(join(folder, 'pipeline.json'), JSON.stringify(modelFacts({ tasks: TASKS, backbone: 'mine' })));
    await expect(load(folder)).rejects.toThrow('the model has the backbone "mine"');
  });

  test.each(['threads', 'batchSize', 'maxWaiting', 'maxPixels'])('refuses %s: 0', async (name) => {
    await expect(load(model, { [name]: 0 })).rejects.toThrow(
      `loadClassifier: ${name} is 0, expected a positive integer`,
    );
  });
});
