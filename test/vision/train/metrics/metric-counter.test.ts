import { expect, test } from 'vitest';
import { headLayout } from '../../../../src/vision/heads/head-layout.ts';
import { computeEpochMetrics } from '../../../../src/vision/train/loop/history.ts';
import { type MetricSums, metricCounter, overallMean } from '../../../../src/vision/train/metrics/metric-counter.ts';
import { classLabels } from '../../../support/class-labels.ts';

const tasks = [
  { name: 'colour', classes: 3, samples: 10 },
  { name: 'shade', classes: 2, samples: 30 },
];
/** Two heads; the classes of the second are the columns 3 and 4. */
const layout = headLayout(tasks);

function counted(initial?: readonly MetricSums[]) {
  const counter = metricCounter(layout, initial);
  const first = [0.1, 0.2, 0.7, 0.5, 0.5, /**/ 0.9, 0, 0.1, 0.1, 0.9, /**/ 0.3, 0.4, 0.3, 0.9, 0.1];
  counter.add(
    classLabels(tasks, [
      [0, 2],
      [1, 0],
      [0, 1],
    ]),
    Float32Array.from(first),
  );
  counter.add(
    classLabels(tasks, [
      [0, 0],
      [0, 0],
    ]),
    Float32Array.of(0.2, 0.5, 0.3, 0, 1, /**/ 0.5, 0.2, 0.3, 0, 1),
  );
  return counter.sums();
}

test('the accuracy of a task is exactly hits / samples, over the samples that have the task in all batches', () => {
  expect(counted()).toEqual([{ acc: { sum: 3, count: 4 } }, { acc: { sum: 0, count: 1 } }]);
  expect(overallMean(counted(), 'acc')).toBe(3 / 5);
});

test('counting goes on from the sums of a checkpoint', () => {
  expect(counted(counted())).toEqual([{ acc: { sum: 6, count: 8 } }, { acc: { sum: 0, count: 2 } }]);
});

const epoch = { epoch: 1, learning_rate: 0.1 };

test('the metrics of an epoch have the accuracy of each task, and its mean weighted by the samples of the tasks', () => {
  const outcome = { loss: 2, metrics: counted() };
  expect(computeEpochMetrics(tasks, outcome, outcome, epoch)).toEqual({
    ...epoch,
    ...{ loss: 2, acc: { colour: 0.75, shade: 0 } },
    ...{ val_loss: 2, val_acc: { colour: 0.75, shade: 0 }, val_weighted_acc: (0.75 * 10) / 40 },
  });
});

test('a task without samples has the accuracy 0, and is excluded from the weighted mean', () => {
  const outcome = { loss: 2, metrics: [counted()[0] ?? {}, { acc: { sum: 0, count: 0 } }] };
  expect(computeEpochMetrics(tasks, outcome, outcome, epoch)).toMatchObject({
    val_acc: { shade: 0 },
    val_weighted_acc: 0.75,
  });
});

test('the metrics of an epoch have the mean absolute error of tasks of numbers, which have no accuracy', () => {
  const outcome = { loss: 2, metrics: [{ mae: { sum: 3, count: 2 } }] };
  expect(computeEpochMetrics([{ name: 'width', samples: 2 }], outcome, outcome, epoch)).toEqual({
    ...epoch,
    ...{ loss: 2, acc: {}, mae: { width: 1.5 }, val_loss: 2, val_mae: { width: 1.5 } },
  });
});
