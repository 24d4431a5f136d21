import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { parse } from 'csv-parse/sync';
import { afterAll, describe, expect, test } from 'vitest';
import type { Estimate } from '../../src/vision/evaluate/estimates.ts';
import type { Evaluation } from '../../src/vision/evaluate/evaluation.ts';
import type { Explanation } from '../../src/vision/explain/explanation.ts';
import classify from '../../stages/classify.ts';
import evaluate from '../../stages/evaluate.ts';
import explainMistakes from '../../stages/explain-mistakes.ts';
import predict from '../../stages/predict.ts';
import train from '../../stages/train.ts';
import { everyFifthFor, LEVELS, LIGHTS, labelledScenes } from '../support/labelled-scenes.ts';
import { collected, runStage } from '../support/run-stage.ts';

type Inputs = Awaited<ReturnType<typeof labelledScenes>>;

// Rotated by up to 20 degrees, the halves of so small an image would be mixed.
const TRAINING = { backbone: 'small-cnn', learning_rate: 5e-3, batch_size: 8, augment: 'none' };

async function trained(inputs: Inputs, epochs: number, seed = 1): Promise<string> {
  const params = { ...TRAINING, epochs, seed };
  const { failure, outputs } = await runStage(train, { params, inputs, atEnd: afterAll });
  expect(failure).toBeUndefined();
  return outputs['model'] ?? '';
}

async function evaluated(inputs: Inputs, model: string, params: object = {}) {
  const outcome = await runStage(evaluate, {
    params: { bootstrap_resamples: 50, ...params },
    inputs: { ...inputs, models: collected(model) },
  });
  expect(outcome.failure).toBeUndefined();
  const evaluation: Evaluation = JSON.parse(readFileSync(outcome.outputs['evaluation'] ?? '', 'utf8'));
  return { ...outcome, evaluation, samples: outcome.outputs['samples'] ?? '' };
}

const metricsOf = ({ tasks }: Evaluation, task: string): Readonly<Record<string, Estimate>> =>
  tasks.find(({ name }) => name === task)?.metrics ?? {};

interface SampleRow {
  readonly task: string;
  readonly label: string;
  readonly answer: string;
  readonly probabilities: Iterable<number>;
}

const inputs = await labelledScenes(everyFifthFor('validation'), afterAll);
const learnt = await trained(inputs, 40);
const unlearnt = await trained(inputs, 1, 2);

describe('the evaluate stage, of a model whose tasks have labels of several kinds', () => {
  test('measures each task by the metrics of its kind, better than the baseline after a training', async () => {
    const { evaluation, metrics } = await evaluated(inputs, learnt);
    expect(evaluation.tasks.map(({ name, kind, head, count }) => [name, kind, head, count])).toEqual([
      ['lamp', 'numbers', 'regression', 12],
      ['level', 'ordered', 'ordinal', 12],
      ['lights', 'classes', 'sigmoid', 12],
      ['side', undefined, 'softmax', 6],
    ]);
    const { mean_absolute_error: error } = metricsOf(evaluation, 'lamp');
    expect(error?.value).toBeLessThan(0.75 * (error?.baseline ?? 0));
    expect(metricsOf(evaluation, 'level')['quadratic_weighted_kappa']?.value).toBeGreaterThan(0.5);
    expect(metricsOf(evaluation, 'lights')['mean_average_precision']?.value).toBeGreaterThan(0.9);
    expect(Object.keys(metrics)).toEqual(
      expect.arrayContaining(['weighted_accuracy', 'mean_absolute_error/lamp', 'r2/lamp', 'mean_absolute_error/level']),
    );
  });

  test('writes a row for each label of a sample, from which the metrics can be computed', async () => {
    const { evaluation, samples } = await evaluated(inputs, unlearnt);
    const rows: SampleRow[] = tableFromIPC(readFileSync(samples)).toArray();
    expect(rows).toHaveLength(12 * 3 + 6);
    const of = (name: string) => rows.filter(({ task }) => task === name);
    const metric = (task: string, name: string) => metricsOf(evaluation, task)[name]?.value;
    const errors = of('lamp').map(({ label, answer }) => Math.abs(Number(answer) - Number(label)));
    expect(metric('lamp', 'mean_absolute_error')).toBeCloseTo(errors.reduce((sum, each) => sum + each, 0) / 12, 4);
    const exact = of('lights').filter(({ label, answer }) => label === answer).length;
    expect(metric('lights', 'exact_match')).toBeCloseTo(exact / 12, 9);
    const right = of('level').filter(({ label, answer }) => label === answer).length;
    expect(metric('level', 'accuracy')).toBeCloseTo(right / 12, 9);
    expect([...(of('lamp')[0]?.probabilities ?? [1])]).toEqual([]);
    expect([...(of('level')[0]?.probabilities ?? [])]).toHaveLength(LEVELS.length);
  });

  test('gives the same loss as the last epoch of the training', async () => {
    const params = { ...TRAINING, epochs: 1, seed: 2 };
    const { metrics: training } = await runStage(train, { params, inputs });
    const { metrics } = await evaluated(inputs, unlearnt);
    expect(metrics['loss']).toBeCloseTo(training['val_loss'] ?? Number.NaN, 5);
    expect(metrics['mean_absolute_error/lamp']).toBeCloseTo(training['val_mae/lamp'] ?? Number.NaN, 4);
  });

  test('evaluates on the test split where the data set has one', async () => {
    const withTest = await labelledScenes(everyFifthFor('test'));
    const { evaluation } = await evaluated(withTest, learnt, { split: 'test' });
    expect(evaluation).toMatchObject({ split: 'test' });
    const { failure } = await runStage(evaluate, { inputs: { ...withTest, models: collected(learnt) } });
    expect(failure?.problems[0]?.message).toBe('there are no validation samples to evaluate the model on');
    const none = await runStage(evaluate, {
      params: { split: 'test' },
      inputs: { ...inputs, models: collected(learnt) },
    });
    expect(none.failure?.problems).toEqual([
      {
        message: 'there are no test samples to evaluate the model on',
        at: { file: inputs.targets },
        advice:
          'Set the param "test_fraction" of the ingest stage, give the data set a test split, or evaluate with split: validation.',
      },
    ]);
  });
});

describe('the classify stage', () => {
  const classified = async (...models: string[]) => {
    const { failure, outputs } = await runStage(classify, {
      params: { formats: ['csv', 'jsonl', 'arrow'] },
      inputs: { images: join(inputs.dataset, 'scenes'), models: collected(...models) },
    });
    expect(failure).toBeUndefined();
    const folder = outputs['predictions'] ?? '';
    const lines = readFileSync(join(folder, 'predictions.jsonl'), 'utf8').trim().split('\n');
    return { folder, answers: lines.map((line) => JSON.parse(line)) };
  };

  test('answers with the list of classes, and with numbers', async () => {
    const { folder, answers } = await classified(learnt);
    // Its index is 59: two of the three bits are set.
    const { tasks } = answers.find(({ file }) => file === '59.png');
    expect(tasks.lights.classes).toEqual(['red', 'green']);
    expect(Object.keys(tasks.lights.probabilities)).toEqual(LIGHTS);
    expect(LEVELS).toContain(tasks.level.class);
    expect(tasks.lamp).toEqual({ numbers: [expect.any(Number)] });

    const rows: Record<string, string>[] = parse(readFileSync(join(folder, 'predictions.csv')), { columns: true });
    const row = (task: string) => rows.find((each) => each['file'] === '59.png' && each['task'] === task);
    expect(row('lights')).toMatchObject({ class: 'red;green', numbers: '' });
    expect(row('lights')?.['probabilities']?.split(';')).toHaveLength(3);
    expect(row('lamp')).toMatchObject({ class: '', probability: '', probabilities: '' });
    expect(Number(row('lamp')?.['numbers'])).toBe(tasks.lamp.numbers[0]);

    const table = tableFromIPC(readFileSync(join(folder, 'predictions.arrow')));
    const lamp = table.toArray().find((each) => each.file === '59.png' && each.task === 'lamp');
    expect([...lamp.numbers]).toEqual([Math.fround(tasks.lamp.numbers[0])]);
    expect(table.schema.metadata.get('tasks')).toContain('"kind":"classes"');
  });

  test('averages several models by kind: probabilities of classes, and numbers', async () => {
    const [both, first, second] = await Promise.all([
      classified(learnt, unlearnt),
      classified(learnt),
      classified(unlearnt),
    ]);
    for (const [index, { tasks }] of both.answers.entries()) {
      const [one, other] = [first.answers[index].tasks, second.answers[index].tasks];
      expect(tasks.lamp.numbers[0]).toBeCloseTo((one.lamp.numbers[0] + other.lamp.numbers[0]) / 2, 3);
      for (const task of ['level', 'lights']) {
        for (const [name, probability] of Object.entries(tasks[task].probabilities)) {
          const mean = (one[task].probabilities[name] + other[task].probabilities[name]) / 2;
          expect(probability).toBeCloseTo(mean, 5);
        }
      }
    }
  });
});

test('the predict stage answers a question with probabilities, or with the number', async () => {
  const { outputs, failure } = await runStage(predict, { inputs: { ...inputs, models: collected(learnt) } });
  expect(failure).toBeUndefined();
  const rows: string[][] = parse(readFileSync(outputs['predictions'] ?? ''));
  const [lights = '', level = '', lamp = ''] = rows.map(([, , answer]) => answer);
  expect(lights.split(';')).toHaveLength(3);
  expect(level.split(';').reduce((sum, each) => sum + Number(each), 0)).toBeCloseTo(1, 6);
  expect(Number(lamp)).toBeLessThan(50);
});

test('the explain-mistakes stage draws a class that is wrongly predicted or lacking, and leaves numbers out', async () => {
  const { samples } = await evaluated(inputs, unlearnt);
  const { failure, outputs } = await runStage(explainMistakes, {
    params: { count: 100 },
    inputs: { shards: inputs.shards, samples, model: unlearnt },
  });
  expect(failure).toBeUndefined();
  const file = join(outputs['explanations'] ?? '', 'explanations.json');
  const { explanations }: { explanations: readonly Explanation[] } = JSON.parse(readFileSync(file, 'utf8'));
  expect(new Set(explanations.map(({ task }) => task))).toEqual(new Set(['level', 'lights', 'side']));
  for (const { truth, predicted, pictures } of explanations) {
    expect(truth !== undefined || predicted !== undefined).toBe(true);
    expect(pictures.truth !== undefined).toBe(truth !== undefined);
    expect(pictures.predicted !== undefined).toBe(predicted !== undefined);
  }
});
