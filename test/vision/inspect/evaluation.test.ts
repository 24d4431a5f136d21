import { describe, expect, test } from 'vitest';
import type { View } from '../../../src/shared/extensions/view.ts';
import { evaluationViewer } from '../../../src/vision/inspect/evaluation/viewer.ts';
import { classMetrics, estimate, evaluationOf, length, namedClass, size, tags } from '../../support/evaluations.ts';
import { fileOf, inspectPath } from '../../support/inspect-path.ts';

const inspectJson = (value: object, view: Partial<View> = {}) =>
  inspectPath(fileOf('evaluation.json', JSON.stringify(value)), { ...view, viewers: [evaluationViewer] });

describe('pipeline inspect of an evaluation', () => {
  test('shows the metrics with intervals, confusion matrices and suspected label errors', async () => {
    const { content, lines } = await inspectJson(evaluationOf(length), { width: 100 });
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

  test('shows a task with any number of classes by class, and what its labels probably lack or have too much', async () => {
    const { lines } = await inspectJson(evaluationOf(tags), { width: 100 });
    expect(lines.slice(1)).toEqual([
      '',
      '  task  samples     mAP  95 % interval  baseline  macro F1  micro F1  hamming  exact match',
      '  tags        4  0.8750  0.7750–0.8750    0.5000    0.7500    0.8000   0.9000       0.6250',
      '',
      '  tags  samples      AP  precision  recall      F1',
      '  dog         2  1.0000     1.0000  1.0000  1.0000',
      '  cat         2  0.7500     1.0000  0.5000  1.0000',
      '',
      '2 suspected label errors',
      '  a.jpg: tags not cat → cat (0.9800)',
      '  c.jpg: tags dog → not dog (0.9700)',
    ]);
  });

  test('shows the errors of numbers, of all together and of each', async () => {
    const { lines } = await inspectJson(evaluationOf(size), { width: 100 });
    expect(lines.slice(1)).toEqual([
      '',
      '  task          samples  MAE  95 % interval  baseline  RMSE    R²',
      '  size                4  1.5  1.4–1.5              20     3  0.75',
      '  size: width         4    1  0.9–1                20     2  0.75',
      '  size: height        4    2  1.9–2                20     4  0.75',
    ]);
  });

  test('shows each kind of labels in a table of its own, and the metrics of heads of the user in another', async () => {
    const ordered = {
      ...length,
      kind: 'ordered' as const,
      metrics: { ...classMetrics(0.75), mean_absolute_error: estimate(0.25), quadratic_weighted_kappa: estimate(0.5) },
    };
    const angle = {
      ...size,
      name: 'angle',
      head: 'circular',
      metrics: { ...size.metrics, degrees: estimate(12.25, 90) },
    };
    const { lines } = await inspectJson(evaluationOf(ordered, tags, angle), { width: 130 });
    const heads = lines.filter((line) => /^ {2}task /.test(line));
    expect(heads[0]).toMatch(/accuracy .* calibration error +MAE +kappa$/);
    expect(heads[1]).toMatch(/mAP/);
    expect(heads[2]).toMatch(/RMSE/);
    expect(heads[3]).toMatch(/task +metric +value/);
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}angle +degrees +12\.25 +12\.15–12\.25 +90$/));
  });

  test('fits a narrow terminal', async () => {
    const { lines } = await inspectJson(evaluationOf(length, tags, size), { width: 40 });
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
  });

  test('leaves out what is not defined', async () => {
    const { lines } = await inspectJson(evaluationOf({ ...length, count: 0, metrics: classMetrics(null) }), {
      width: 100,
    });
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}length {8}0 +0\.5000 +1\.0000 +0\.2500 +0\.0625$/));
  });

  test('shows the confusion matrices of many classes with --full only', async () => {
    const classes = Array.from({ length: 31 }, (_, index) => namedClass(`class ${index}`));
    const confusion = classes.map(() => classes.map(() => 1));
    const many = evaluationOf({ ...length, classes, confusion });
    expect((await inspectJson(many)).lines).toContain('  … 1 confusion matrix with --full');
    const both = { ...many, tasks: [...many.tasks, tags] };
    expect((await inspectJson(both)).lines).toContain('  … 1 confusion matrix and 1 table of classes with --full');
    expect((await inspectJson(many, { full: true })).lines.join('\n')).toContain('class 30');
  });

  test.each([
    ['metrics that are text', { ...length, metrics: { accuracy: 'high' } }],
    ['a confusion matrix of another size', { ...length, confusion: [[1]] }],
    [
      'a label error of a class that does not exist',
      { ...length, label_errors: { suspected: [{ file: 'a', label: 7 }] } },
    ],
    ['a kind of labels that there is not', { ...length, kind: 'words' }],
    ['a class without metrics', { ...tags, classes: [{ name: 'dog' }, { name: 'cat' }] }],
    ['a label error about no class', { ...tags, label_errors: { suspected: [{ file: 'a', class: 2 }] } }],
    ['numbers without metrics', { ...size, numbers: [{ name: 'width' }] }],
  ])('is plain JSON for %s', async (_, task) => {
    const { lines } = await inspectJson({ ...evaluationOf(), tasks: [task] });
    expect(lines[0]).toMatch(/^JSON/);
  });

  test('shows names that would change the terminal in a visible form', async () => {
    const { lines } = await inspectJson(evaluationOf({ ...length, name: 'a\u001B[2Jb' }));
    expect(lines.join('\n')).not.toContain('\u001B');
  });
});
