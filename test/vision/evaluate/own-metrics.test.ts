import { expect, test } from 'vitest';
import { ownMetrics } from '../../../src/vision/evaluate/tasks/task-context.ts';
import type { Head } from '../../../src/vision/heads/head.ts';
import { softmax } from '../../../src/vision/index.ts';

const predicted = [
  { sample: 0, task: 0, text: 'yn', classIndex: 0, answer: Float32Array.of(0.75, 0.25) },
  { sample: 1, task: 0, text: 'yn', classIndex: 0, answer: Float32Array.of(0.5, 0.5) },
];
const evaluated = (head: Head) =>
  ownMetrics(
    {
      ...{ head, task: { name: 'colour', classes: 2 }, offset: 0, columns: 2, predicted, training: [] },
      ...{ file: String, bootstrap: { resamples: 0, seed: 0 }, stream: 0 },
    },
    Float32Array.of(1, 0),
  );

test('what is added to the metrics of a built-in head is evaluated, too; its own metrics are those of the kind', () => {
  const whole = softmax();
  const sure: Head = { ...whole, metrics: { ...whole.metrics, sure: (answer) => Math.max(...answer) } };
  expect(evaluated(whole)).toEqual({});
  expect(evaluated(sure)).toEqual({ sure: { value: 0.625, interval: null, baseline: 1 } });
});
