import type { Estimate } from '../../src/vision/evaluate/estimates.ts';
import type { Evaluation, TaskEvaluation } from '../../src/vision/evaluate/evaluation.ts';
import type { ClassTaskEvaluation } from '../../src/vision/evaluate/tasks/class-task.ts';
import type { MultiLabelTaskEvaluation } from '../../src/vision/evaluate/tasks/multi-label-task.ts';
import type { NumberTaskEvaluation } from '../../src/vision/evaluate/tasks/number-task.ts';

export const estimate = (value: number | null, baseline: number | null = 0.5): Estimate => ({
  value,
  interval: value === null ? null : [value - 0.1, value],
  baseline,
});

/** The metrics of a task with one class for a sample. */
export const classMetrics = (value: number | null) => ({
  accuracy: estimate(value),
  top_2_accuracy: estimate(1),
  average_precision: estimate(value),
  basic_precision: estimate(value),
  macro_f1: estimate(value),
  log_loss: estimate(0.25),
  calibration_error: estimate(0.0625),
});

export const namedClass = (name: string) => ({ name, count: 2, precision: 1, recall: 1, recall_interval: null, f1: 1 });

export const length: ClassTaskEvaluation = {
  name: 'length',
  head: 'softmax',
  count: 4,
  metrics: classMetrics(0.75),
  confusion: [
    [2, 0],
    [1, 1],
  ],
  calibration: [],
  classes: [namedClass('short'), namedClass('long')],
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

export const tags: MultiLabelTaskEvaluation = {
  name: 'tags',
  kind: 'classes',
  head: 'sigmoid',
  threshold: 0.5,
  count: 4,
  metrics: {
    mean_average_precision: estimate(0.875),
    macro_f1: estimate(0.75),
    micro_f1: estimate(0.8),
    hamming_accuracy: estimate(0.9),
    exact_match: estimate(0.625),
  },
  classes: [
    { ...namedClass('dog'), average_precision: 1 },
    { ...namedClass('cat'), recall: 0.5, average_precision: 0.75 },
  ],
  label_errors: {
    suspected: [
      { sample: 1, file: 'a.jpg', class: 1, labelled: false, probability: 0.98 },
      { sample: 2, file: 'c.jpg', class: 0, labelled: true, probability: 0.03 },
    ],
  },
};

const sizeMetrics = (error: number) => ({
  mean_absolute_error: estimate(error, 20),
  root_mean_squared_error: estimate(2 * error, 25),
  r2: estimate(0.75, 0),
});

export const size: NumberTaskEvaluation = {
  name: 'size',
  kind: 'numbers',
  head: 'regression',
  count: 4,
  metrics: sizeMetrics(1.5),
  numbers: [
    { name: 'width', metrics: sizeMetrics(1) },
    { name: 'height', metrics: sizeMetrics(2) },
  ],
};

/** An evaluation of these tasks; the means are of those with one class for a sample, if there are any. */
export function evaluationOf(...tasks: readonly TaskEvaluation[]): Evaluation {
  const hasClass = tasks.some(({ kind }) => kind !== 'classes' && kind !== 'numbers');
  return {
    split: 'validation',
    loss: 0.3,
    cross_entropy: 0.3,
    ...(hasClass && {
      weighted: classMetrics(0.75),
      mean_average_precision: estimate(0.875),
      basic_precision: estimate(0.75),
    }),
    bootstrap: { resamples: 1000, seed: 0 },
    left_out: 0,
    duplicates: { exact: [], near: [] },
    tasks,
  };
}
