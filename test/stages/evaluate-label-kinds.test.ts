import { readFileSync } from 'node:fs';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, describe, expect, test } from 'vitest';
import type { Estimate } from '../../src/vision/evaluate/estimates.ts';
import type { Evaluation } from '../../src/vision/evaluate/evaluation.ts';
import { evaluateStage, type Head, type Heads, regression, trainStage } from '../../src/vision/index.ts';
import type { LabelledImagesFolder } from '../support/labelled-images.ts';
import { mixedLabels } from '../support/mixed-labels.ts';
import { collected, runStage } from '../support/run-stage.ts';
import { params } from './training.ts';

async function trained(inputs: LabelledImagesFolder, epochs: number, heads: Heads = {}): Promise<string> {
  const given = { params: { ...params, epochs }, inputs, atEnd: afterAll };
  const { failure, outputs } = await runStage(trainStage({ heads }), given);
  expect(failure).toBeUndefined();
  return outputs['model'] ?? '';
}

async function evaluated(inputs: LabelledImagesFolder, model: string, more: object = {}, heads: Heads = {}) {
  const outcome = await runStage(evaluateStage({ heads }), {
    params: { bootstrap_resamples: 50, ...more },
    inputs: { ...inputs, models: collected(model) },
  });
  expect(outcome.failure).toBeUndefined();
  const evaluation: Evaluation = JSON.parse(readFileSync(outcome.outputs['evaluation'] ?? '', 'utf8'));
  return { ...outcome, evaluation, samples: outcome.outputs['samples'] ?? '' };
}

const metricsOf = ({ tasks }: Evaluation, task: string): Readonly<Record<string, Estimate>> =>
  tasks.find(({ name }) => name === task)?.metrics ?? {};

const inputs = await mixedLabels(60, { atEnd: afterAll });
const learnt = await trained(inputs, 14);
const unlearnt = await trained(inputs, 1);

interface SampleRow {
  readonly task: string;
  readonly label: string;
  readonly answer: string;
  readonly probabilities: Iterable<number>;
}

describe('the evaluate stage, of a model whose tasks have labels of every kind', () => {
  test('measures each task by the metrics of its kind, better than the baseline after a training', async () => {
    const { evaluation, metrics } = await evaluated(inputs, learnt);
    expect(evaluation.tasks.map(({ name, kind, head, count }) => [name, kind, head, count])).toEqual([
      ['colour', undefined, 'softmax', 12],
      ['hours', 'numbers', 'regression', 12],
      ['tags', 'classes', 'sigmoid', 12],
      // Some images have no label for it.
      ['warmth', 'ordered', 'ordinal', 10],
    ]);
    const { mean_absolute_error: error } = metricsOf(evaluation, 'hours');
    expect(error?.value).toBeLessThan((error?.baseline ?? 0) / 2);
    expect(metricsOf(evaluation, 'warmth')['quadratic_weighted_kappa']?.value).toBeGreaterThan(0.9);
    expect(metricsOf(evaluation, 'tags')['mean_average_precision']?.value).toBeGreaterThan(0.9);
    expect(Object.keys(metrics)).toEqual([
      ...['loss', 'weighted_accuracy', 'mean_average_precision', 'accuracy/colour'],
      ...['mean_absolute_error/hours', 'r2/hours', 'mean_average_precision/tags', 'macro_f1/tags'],
      ...['accuracy/warmth', 'mean_absolute_error/warmth'],
    ]);
  });

  test('writes a row for each label of a sample, from which the metrics can be computed', async () => {
    const { evaluation, samples } = await evaluated(inputs, unlearnt);
    const rows: SampleRow[] = tableFromIPC(readFileSync(samples)).toArray();
    expect(rows).toHaveLength(3 * 12 + 10);
    const of = (name: string) => rows.filter(({ task }) => task === name);
    // The second number of every third label is unknown.
    const errors = of('hours').map(({ label, answer }) =>
      Math.abs(Number.parseFloat(answer) - Number.parseFloat(label)),
    );
    const hours = evaluation.tasks.find(({ name }) => name === 'hours');
    const first = hours?.kind === 'numbers' ? hours.numbers[0]?.metrics.mean_absolute_error.value : undefined;
    expect(first).toBeCloseTo(errors.reduce((sum, each) => sum + each, 0) / 12, 2);
    const right = of('warmth').filter(({ label, answer }) => label === answer).length;
    expect(metricsOf(evaluation, 'warmth')['accuracy']?.value).toBeCloseTo(right / 10, 9);
    const known = of('tags').flatMap(({ label, answer }) =>
      [...label].flatMap((mark, at) => (mark === 'm' ? [] : [mark === answer[at]])),
    );
    expect(metricsOf(evaluation, 'tags')['hamming_accuracy']?.value).toBeCloseTo(
      known.filter((isRight) => isRight).length / known.length,
      9,
    );
    expect([...(of('hours')[0]?.probabilities ?? [1])]).toEqual([]);
    expect([...(of('warmth')[0]?.probabilities ?? [])]).toHaveLength(3);
  });

  test('gives the same loss and errors as the last epoch of the training', async () => {
    const { metrics: training } = await runStage(trainStage(), {
      params: { ...params, epochs: 1 },
      inputs,
    });
    const { metrics } = await evaluated(inputs, unlearnt);
    expect(metrics['loss']).toBeCloseTo(training['val_loss'] ?? Number.NaN, 5);
    expect(metrics['mean_absolute_error/warmth']).toBeCloseTo(training['val_mae/warmth'] ?? Number.NaN, 6);
  });

  test('evaluates on the test split where the data set has one', async () => {
    const withTest = await mixedLabels(30, { splitOf: (index) => (index % 5 === 4 ? 'test' : 'train') });
    const { evaluation } = await evaluated(withTest, learnt, { split: 'test' });
    expect(evaluation).toMatchObject({ split: 'test', tasks: [{ count: 6 }, {}, {}, {}] });
    const { failure } = await runStage(evaluateStage(), { inputs: { ...withTest, models: collected(learnt) } });
    expect(failure?.problems[0]?.message).toBe('there are no validation samples to evaluate the model on');
    const none = await runStage(evaluateStage(), {
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

  test('measures a head of one’s own by its metrics', async () => {
    const clock: Head = {
      ...regression(),
      name: 'clock',
      metrics: { minutes_off: ([hours = 0], label) => 60 * Math.abs(hours - Number.parseFloat(label)) },
    };
    const heads = { hours: clock };
    const numbers = await mixedLabels(20, { tasks: ['hours'] });
    const { evaluation, metrics } = await evaluated(numbers, await trained(numbers, 1, heads), {}, heads);
    const { minutes_off: off } = metricsOf(evaluation, 'hours');
    expect(off?.value).toBeGreaterThan(0);
    expect(off?.baseline).toBeGreaterThan(0);
    expect(metrics['minutes_off/hours']).toBe(off?.value);
  });
});
