import { describe, expect, test } from 'vitest';
import type { View } from '../../../src/shared/extensions/view.ts';
import type { Evaluation, TaskEvaluation } from '../../../src/vision/evaluate/evaluation.ts';
import { evaluationViewer } from '../../../src/vision/inspect/evaluation/viewer.ts';
import { fileOf, inspectPath } from '../../support/inspect-path.ts';

const estimate = (value: number | null, baseline: number | null = 0.5) => ({
  value,
  interval: value === null ? null : ([value - 0.1, value] as const),
  baseline,
});
const metrics = (value: number | null) => ({
  accuracy: estimate(value),
  top_2_accuracy: estimate(1),
  average_precision: estimate(value),
  basic_precision: estimate(value),
  macro_f1: estimate(value),
  log_loss: estimate(0.25),
  calibration_error: estimate(0.0625),
});
const named = (name: string) => ({ name, count: 2, precision: 1, recall: 1, recall_interval: null, f1: 1 });
const length: TaskEvaluation = {
  name: 'length',
  count: 4,
  metrics: metrics(0.75),
  confusion: [
    [2, 0],
    [1, 1],
  ],
  calibration: [],
  classes: [named('short'), named('long')],
  label_errors: {
    thresholds: [0.9, 0.8],
    confident_joint: [
      [2, 0],
      [1, 1],
    ],
    suspected: [
      { sample: 3, file: 'b.jpg', label: 1, suggested: 0, label_probability: 0.1, suggested_probability: 0.9 },
    ],
  },
};
const evaluation = (...tasks: readonly TaskEvaluation[]): Evaluation => ({
  ...{ loss: 0.3, cross_entropy: 0.3, left_out: 0, duplicates: { exact: [], near: [] } },
  ...{ bootstrap: { resamples: 1000, seed: 0 }, tasks },
  weighted: metrics(0.75),
  mean_average_precision: estimate(0.875),
  basic_precision: estimate(0.75),
});
const inspectJson = (value: object, view: Partial<View> = {}) =>
  inspectPath(fileOf('evaluation.json', JSON.stringify(value)), { ...view, viewers: [evaluationViewer] });

describe('pipeline inspect of an evaluation', () => {
  test('shows the metrics with intervals, confusion matrices and suspected label errors', async () => {
    const { content, lines } = await inspectJson(evaluation(length), { width: 100 });
    expect(lines.slice(1)).toEqual([
      '  weighted accuracy       0.7500 (95 % interval 0.6500–0.7500), baseline 0.5000',
      '  mean average precision  0.8750 (95 % interval 0.7750–0.8750), baseline 0.5000',
      '',
      '  task    samples  accuracy  95 % interval  baseline      AP  macro F1   top 2  log loss',
      '  length        4    0.7500  0.6500–0.7500    0.5000  0.7500    0.7500  1.0000    0.2500',
      '  and calibration error',
      '',
      '  length: true ↓ predicted →  short  long',
      '  short                           2     0',
      '  long                            1     1',
      '',
      '1 suspected label error',
      '  b.jpg: length long → short (0.9000)',
    ]);
    expect(content).toMatchObject({ kind: 'json', value: { loss: 0.3 } });
  });

  test('fits a narrow terminal', async () => {
    const { lines } = await inspectJson(evaluation(length), { width: 40 });
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
  });

  test('leaves out what is not defined', async () => {
    const { lines } = await inspectJson(evaluation({ ...length, count: 0, metrics: metrics(null) }), { width: 100 });
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}length {8}0 +0\.5000 +1\.0000 +0\.2500 +0\.0625$/));
  });

  test('shows the confusion matrices of many classes with --full only', async () => {
    const classes = Array.from({ length: 31 }, (_, index) => named(`class ${index}`));
    const confusion = classes.map(() => classes.map(() => 1));
    const many = evaluation({ ...length, classes, confusion });
    expect((await inspectJson(many)).lines).toContain('  … 1 confusion matrix with --full');
    expect((await inspectJson(many, { full: true })).lines.join('\n')).toContain('class 30');
  });

  test.each([
    ['metrics that are text', { ...length, metrics: { accuracy: 'high' } }],
    ['a confusion matrix of another size', { ...length, confusion: [[1]] }],
    [
      'a label error of a class that does not exist',
      { ...length, label_errors: { suspected: [{ file: 'a', label: 7 }] } },
    ],
  ])('is plain JSON for %s', async (_, task) => {
    const { lines } = await inspectJson(evaluation(task as TaskEvaluation));
    expect(lines[0]).toMatch(/^JSON/);
  });

  test('shows names that would change the terminal in a visible form', async () => {
    const { lines } = await inspectJson(evaluation({ ...length, name: 'a\u001B[2Jb' }));
    expect(lines.join('\n')).not.toContain('\u001B');
  });
});
