import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { writeQuestions } from '../../src/vision/data/tables/questions.ts';
import predict from '../../stages/predict.ts';
import train from '../../stages/train.ts';
import { temporaryFolder, writeFiles } from '../support/dataset.ts';
import { type LabelledImagesFolder, labelledImages } from '../support/labelled-images.ts';
import { collected, runStage } from '../support/run-stage.ts';

async function trained(inputs: LabelledImagesFolder, epochs = 1): Promise<string> {
  const params = { backbone: 'small-cnn', learning_rate: 3e-3, epochs, batch_size: 8, seed: 2018 };
  const { failure, outputs } = await runStage(train, { params, inputs });
  expect(failure).toBeUndefined();
  return outputs['model'] ?? '';
}

/** Reads the answers, by image. */
function answersIn(file = ''): ReadonlyMap<string, { readonly labelName: string; readonly answer: readonly number[] }> {
  const rows: string[][] = parse(readFileSync(file));
  return new Map(
    rows.map(([image = '', labelName = '', answer = '']) => [
      image,
      { labelName, answer: answer.split(';').map(Number) },
    ]),
  );
}

async function questionsFor(...questions: readonly { file: string; task: string }[]): Promise<string> {
  const path = join(temporaryFolder(), 'questions.arrow');
  await writeQuestions(
    path,
    questions.map(({ file, task }) => ({ file, labelName: `${task}_labels`, task })),
  );
  return path;
}

describe('the predict stage', () => {
  test('answers each question with the class probabilities of its own task, in the order of the questions', async () => {
    const inputs = await labelledImages();
    const { failure, outputs } = await runStage(predict, {
      inputs: { ...inputs, models: collected(await trained(inputs)) },
    });
    expect(failure).toBeUndefined();
    const answers = answersIn(outputs['predictions']);
    expect([...answers.keys()].slice(0, 3)).toEqual([
      'Images/colour_labels/0.png',
      'Images/shade_labels/1.png',
      'Images/colour_labels/2.png',
    ]);
    expect(answers.size).toBe(20);
    for (const { labelName, answer } of answers.values()) {
      expect(answer).toHaveLength(labelName === 'colour_labels' ? 3 : 2);
      expect(answer.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 6);
    }
  });

  test('resizes images as those that the model was trained on were', async () => {
    const inputs = await labelledImages(20, { fit: 'contain' });
    const model = await trained(inputs);
    const wide = sharp({ create: { width: 32, height: 8, channels: 3, background: '#d02020' } });
    writeFiles(inputs.dataset, { 'Images/wide.png': await wide.png().toBuffer() });
    const padded = await wide.resize(32, 32, { fit: 'contain', background: '#fff' }).png().toBuffer();
    writeFiles(inputs.dataset, { 'Images/padded.png': padded });
    const questions = await questionsFor(
      { file: 'Images/wide.png', task: 'colour' },
      { file: 'Images/padded.png', task: 'colour' },
    );
    const { outputs } = await runStage(predict, { inputs: { ...inputs, questions, models: collected(model) } });
    const answers = answersIn(outputs['predictions']);
    const [one, other] = ['Images/wide.png', 'Images/padded.png'].map((file) => answers.get(file)?.answer ?? []);
    one?.forEach((probability, at) => {
      expect(probability).toBeCloseTo(other?.[at] ?? Number.NaN, 5);
    });
    const { failure } = await runStage(predict, {
      params: { fit: 'fill' },
      inputs: { ...inputs, questions, models: collected(model) },
    });
    expect(failure?.problems).toEqual([
      {
        message: 'the model was trained on images with fit: contain, but the param "fit" is "fill"',
        at: { file: model },
        advice: 'Remove the param "fit": images are resized as those that the model was trained on.',
      },
    ]);
  });

  test('writes a file without rows when there are no questions', async () => {
    const inputs = { ...(await labelledImages()), questions: await questionsFor() };
    const { failure, outputs } = await runStage(predict, {
      inputs: { ...inputs, models: collected(await trained(inputs)) },
    });
    expect(failure).toBeUndefined();
    expect(readFileSync(outputs['predictions'] ?? '', 'utf8')).toBe('\n');
  });

  test('predicts the right class for more than 90 % of the images after 12 epochs of training', async () => {
    const inputs = await labelledImages(60);
    const { outputs } = await runStage(predict, {
      inputs: { ...inputs, models: collected(await trained(inputs, 12)) },
    });
    const answers = answersIn(outputs['predictions']);
    const wrong = [...answers].filter(([file, { answer }]) => {
      const index = Number(/(\d+)\.png$/.exec(file)?.[1]);
      return answer.indexOf(Math.max(...answer)) !== Math.floor(index / 2) % answer.length;
    });
    expect(wrong.length / answers.size).toBeLessThan(0.1);
  });

  test('gives the same probabilities for any batch size, even if the last batch is smaller', async () => {
    const inputs = await labelledImages();
    const model = await trained(inputs);
    const [one, other] = [
      await runStage(predict, { params: { batch_size: 20 }, inputs: { ...inputs, models: collected(model) } }),
      await runStage(predict, { params: { batch_size: 7 }, inputs: { ...inputs, models: collected(model) } }),
    ];
    expect(other.progress.map(({ done, total, unit }) => `${done}/${total} ${unit}`)).toEqual([
      '7/20 images',
      '14/20 images',
      '20/20 images',
    ]);
    const expected = answersIn(one.outputs['predictions']);
    for (const [file, { answer }] of answersIn(other.outputs['predictions'])) {
      for (const [at, probability] of answer.entries()) {
        expect(probability).toBeCloseTo(expected.get(file)?.answer[at] ?? Number.NaN, 5);
      }
    }
  });
});

describe('the predict stage fails', () => {
  test('when a question asks for a task that the model does not have', async () => {
    const inputs = await labelledImages();
    const questions = await questionsFor({ file: 'Images/colour_labels/0.png', task: 'length' });
    const { failure } = await runStage(predict, {
      inputs: { ...inputs, questions, models: collected(await trained(inputs)) },
    });
    expect(failure).toEqual({
      kind: 'bad-input',
      problems: [
        {
          message: 'a question asks for the task "length", which the model does not have',
          at: { file: questions },
          advice:
            'The model has the tasks colour (3), shade (2). Train it on samples of this task, or remove the question.',
        },
      ],
    });
  });

  test('when images cannot be decoded, reporting all of them together', async () => {
    const inputs = await labelledImages();
    const model = await trained(inputs);
    writeFiles(inputs.dataset, { 'Images/a.png': 'no image', 'Images/b.png': '' });
    const questions = await questionsFor(
      { file: 'Images/a.png', task: 'colour' },
      { file: 'Images/colour_labels/0.png', task: 'colour' },
      { file: 'Images/b.png', task: 'shade' },
    );
    const { failure, progress } = await runStage(predict, {
      inputs: { ...inputs, questions, models: collected(model) },
    });
    expect(failure?.kind).toBe('bad-input');
    // They are found by their headers, before anything else is decoded.
    expect(progress).toEqual([]);
    expect(failure?.problems.map(({ at }) => at?.file)).toEqual([
      join(inputs.dataset, 'Images/a.png'),
      join(inputs.dataset, 'Images/b.png'),
    ]);
  });

  test('at the first batch with an image whose pixels are corrupted, which its header does not show', async () => {
    const inputs = await labelledImages();
    const model = await trained(inputs);
    const questions = await questionsWithACutImage(inputs);
    const { failure, progress } = await runStage(predict, {
      params: { batch_size: 2 },
      inputs: { ...inputs, questions, models: collected(model) },
    });
    expect(failure?.problems).toEqual([
      {
        message: 'cannot decode the image: VipsJpeg: premature end of JPEG image',
        at: { file: join(inputs.dataset, 'Images/cut.jpg') },
        advice:
          'Replace it with an intact image, or remove the rows that name it from the data set. ' +
          'Or set "on_bad_image" to "quarantine" to exclude such images.',
      },
    ]);
    expect(progress.map(({ done }) => done)).toEqual([2]);
  });
});

async function questionsWithACutImage({ dataset }: LabelledImagesFolder): Promise<string> {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  const intact = await sharp({ create: { width: 200, height: 200, channels: 3, background: '#000', noise } })
    .jpeg()
    .toBuffer();
  writeFiles(dataset, { 'Images/cut.jpg': intact.subarray(0, intact.length / 2) });
  return questionsFor(
    ...[0, 2].map((index) => ({ file: `Images/colour_labels/${index}.png`, task: 'colour' })),
    { file: 'Images/cut.jpg', task: 'colour' },
    { file: 'Images/cut.jpg', task: 'shade' },
    { file: 'Images/colour_labels/4.png', task: 'colour' },
  );
}

test('the predict stage leaves out the questions of broken images with on_bad_image: quarantine', async () => {
  const inputs = await labelledImages();
  const model = await trained(inputs);
  const questions = await questionsWithACutImage(inputs);
  const params = { batch_size: 2, on_bad_image: 'quarantine' };
  const { failure, outputs, logged, metrics } = await runStage(predict, {
    params,
    inputs: { ...inputs, questions, models: collected(model) },
  });
  expect(failure).toBeUndefined();
  expect([...answersIn(outputs['predictions']).keys()]).toEqual(
    [0, 2, 4].map((index) => `Images/colour_labels/${index}.png`),
  );
  expect(logged).toEqual([
    'quarantined: Images/cut.jpg: cannot decode the image: VipsJpeg: premature end of JPEG image',
  ]);
  expect(metrics).toEqual({ quarantined: 1 });
});
