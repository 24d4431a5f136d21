import { expect, test } from 'vitest';
import { accuracyOf, overallAccuracy, weightedAccuracy } from '../../../../src/vision/train/metrics/accuracy.ts';
import { confusionCounter } from '../../../../src/vision/train/metrics/confusion.ts';
import { headLayout } from '../../../../src/vision/train/step/target-masks.ts';

/** Two heads; the classes of the second are the columns 3 and 4. */
const layout = headLayout([{ classes: 3 }, { classes: 2 }]);

function counted() {
  const counter = confusionCounter(layout);
  counter.add({ taskOf: Uint8Array.of(0, 1, 0), classOf: Uint8Array.of(2, 0, 1) }, Int32Array.of(2, 4, 1));
  counter.add({ taskOf: Uint8Array.of(0, 0), classOf: Uint8Array.of(0, 0) }, Int32Array.of(1, 0));
  return counter.matrices();
}

test('confusionCounter counts predictions by task, true class and predicted class over all batches', () => {
  expect(counted()).toEqual([
    [
      [1, 1, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    [
      [0, 1],
      [0, 0],
    ],
  ]);
});

test('the accuracy of a task is exactly hits / samples, over the samples that have the task', () => {
  const [first = [], second = []] = counted();
  expect(accuracyOf(first)).toBe(3 / 4);
  expect(accuracyOf(second)).toBe(0);
  expect(overallAccuracy([first, second])).toBe(3 / 5);
});

test('the accuracy of a task without samples is 0', () => {
  expect(
    accuracyOf([
      [0, 0],
      [0, 0],
    ]),
  ).toBe(0);
});

test('weightedAccuracy weights the tasks by their number of samples in the whole data set', () => {
  const [first = [], second = []] = counted();
  expect(weightedAccuracy([first, second], [{ samples: 10 }, { samples: 30 }])).toBe((0.75 * 10) / 40);
});

test('weightedAccuracy excludes tasks without samples', () => {
  const [first = []] = counted();
  expect(weightedAccuracy([first, [[0]]], [{ samples: 10 }, { samples: 30 }])).toBe(0.75);
});
