import { expect, test } from 'vitest';
import { findLabelErrors } from '../../src/vision/evaluate/label-errors.ts';
import { classMetrics } from '../../src/vision/evaluate/metrics/class-metrics.ts';
import { confusionOf } from '../../src/vision/evaluate/metrics/confusion.ts';
import {
  type MultiLabelPredictions,
  multiLabelClassMetrics,
  multiLabelMetrics,
  rankSamples,
} from '../../src/vision/evaluate/metrics/multi-label-metrics.ts';
import { type NumberPredictions, numberMetrics } from '../../src/vision/evaluate/metrics/number-metrics.ts';
import { orderedMetrics } from '../../src/vision/evaluate/metrics/ordered-metrics.ts';
import { taskMetrics } from '../../src/vision/evaluate/metrics/task-metrics.ts';
import { scoreSamples, type TaskPredictions } from '../../src/vision/evaluate/metrics/task-predictions.ts';
import { startKeras } from '../support/keras.ts';
import { randomPredictions, rowsOf } from '../support/predictions.ts';

const keras = await startKeras();

/** `probabilities` has a row for each sample. The bins of the calibration error are those of `numpy.array_split`. */
const METRICS = `
import numpy
from sklearn import metrics
from cleanlab.count import compute_confident_joint, get_confident_thresholds
truth, probabilities = numpy.array(truth), numpy.array(probabilities)
classes = list(range(probabilities.shape[1]))
predicted = probabilities.argmax(1)
confidence = probabilities.max(1)
bins = numpy.array_split(numpy.argsort(-confidence, kind="stable"), 15)
gaps = [len(rows) * abs((predicted[rows] == truth[rows]).mean() - confidence[rows].mean()) for rows in bins]
joint, suspected = compute_confident_joint(truth, probabilities, calibrate=False, return_indices_of_off_diagonals=True)
precision, recall, f1, count = metrics.precision_recall_fscore_support(truth, predicted, labels=classes)
result = {
    "accuracy": metrics.accuracy_score(truth, predicted),
    "top_2_accuracy": metrics.top_k_accuracy_score(truth, probabilities, k=2, labels=classes),
    "macro_f1": metrics.f1_score(truth, predicted, average="macro"),
    "log_loss": metrics.log_loss(truth, probabilities, labels=classes),
    "calibration_error": sum(gaps) / len(truth),
    "precision": list(precision), "recall": list(recall), "f1": list(f1), "count": [int(each) for each in count],
    "thresholds": list(get_confident_thresholds(truth, probabilities)),
    "joint": joint.tolist(),
    "mean_absolute_error": metrics.mean_absolute_error(truth, predicted),
    "quadratic_weighted_kappa": metrics.cohen_kappa_score(truth, predicted, weights="quadratic"),
    "suspected": sorted(int(each) for each in suspected if probabilities[each].argmax() != truth[each]),
}
`;

const EQUAL_METRICS = [
  'accuracy',
  'top_2_accuracy',
  'macro_f1',
  'log_loss',
  'calibration_error',
  'mean_absolute_error',
  'quadratic_weighted_kappa',
] as const;

interface Theirs {
  readonly accuracy: number;
  readonly top_2_accuracy: number;
  readonly macro_f1: number;
  readonly log_loss: number;
  readonly calibration_error: number;
  readonly mean_absolute_error: number;
  readonly quadratic_weighted_kappa: number;
  readonly precision: number[];
  readonly recall: number[];
  readonly f1: number[];
  readonly count: number[];
  readonly thresholds: number[];
  readonly joint: number[][];
  readonly suspected: number[];
}

const theirsFor = ({ truth, probabilities, classes }: TaskPredictions) =>
  keras.run<Theirs>(METRICS, {
    truth: [...truth],
    probabilities: rowsOf(probabilities, classes),
  });

test.each([
  [1000, 3],
  [777, 5],
  [400, 10],
])(
  'the metrics of %i samples with %i classes are those of scikit-learn, and label errors those of cleanlab',
  async (count, classes) => {
    const predictions = randomPredictions(count, classes, count);
    const theirs = await theirsFor(predictions);

    const scored = scoreSamples(predictions);
    const ours = { ...taskMetrics(scored), ...orderedMetrics(scored) };
    for (const metric of EQUAL_METRICS) expect(ours[metric], metric).toBeCloseTo(theirs[metric], 9);

    const byClass = classMetrics(confusionOf(scored));
    for (const metric of ['precision', 'recall', 'f1', 'count'] as const)
      for (const [label, each] of byClass.entries())
        expect(each[metric], `${metric} of ${label}`).toBeCloseTo(theirs[metric][label] ?? Number.NaN, 9);

    const { thresholds, confident_joint, suspected } = findLabelErrors(predictions);
    for (const [label, threshold] of thresholds.entries())
      expect(threshold).toBeCloseTo(theirs.thresholds[label] ?? Number.NaN, 9);
    expect(confident_joint).toEqual(theirs.joint);
    expect(suspected.map(({ position }) => position).sort((a, b) => a - b)).toEqual(theirs.suspected);
  },
);

/** `truth`, `predicted` and `probabilities` have a row for each sample. */
const MULTI_LABEL = `
import numpy
from sklearn import metrics
truth, predicted, probabilities = numpy.array(truth), numpy.array(predicted), numpy.array(probabilities)
result = {
    "mean_average_precision": metrics.average_precision_score(truth, probabilities, average="macro"),
    "macro_f1": metrics.f1_score(truth, predicted, average="macro", zero_division=numpy.nan),
    "micro_f1": metrics.f1_score(truth, predicted, average="micro"),
    "hamming_accuracy": 1 - metrics.hamming_loss(truth, predicted),
    "exact_match": metrics.accuracy_score(truth, predicted),
    "average_precision": list(metrics.average_precision_score(truth, probabilities, average=None)),
}
`;

test('the metrics of tasks with any number of classes for a sample are those of scikit-learn', async () => {
  const [count, classes] = [500, 4];
  const { probabilities, maybe } = randomPredictions(count, classes, 3);
  // In two decimals, so that samples share probabilities.
  const scores = probabilities.map((each) => Math.round(100 * each) / 100);
  const predictions: MultiLabelPredictions = {
    classes,
    samples: Int32Array.from({ length: count }, (_, sample) => sample),
    truth: Uint8Array.from(scores, (score, at) => (score > 0.3 !== (maybe[at] === 1) ? 1 : 0)),
    unknown: new Uint8Array(scores.length),
    probabilities: scores,
    predicted: Uint8Array.from(scores, (score) => (score >= 0.4 ? 1 : 0)),
  };
  const theirs = await keras.run<Record<string, number> & { readonly average_precision: number[] }>(MULTI_LABEL, {
    truth: rowsOf(predictions.truth, classes),
    predicted: rowsOf(predictions.predicted, classes),
    probabilities: rowsOf(scores, classes),
  });
  const ranked = rankSamples(predictions);
  for (const [metric, value] of Object.entries(multiLabelMetrics(ranked)))
    expect(value, metric).toBeCloseTo(theirs[metric] ?? Number.NaN, 9);
  for (const [label, { average_precision }] of multiLabelClassMetrics(ranked).entries())
    expect(average_precision).toBeCloseTo(theirs.average_precision[label] ?? Number.NaN, 9);
});

const NUMBERS = `
from sklearn import metrics
result = {
    "mean_absolute_error": metrics.mean_absolute_error(truth, predicted),
    "root_mean_squared_error": metrics.root_mean_squared_error(truth, predicted),
    "r2": metrics.r2_score(truth, predicted),
}
`;

test('the metrics of numbers are those of scikit-learn', async () => {
  const { probabilities: truth } = randomPredictions(300, 3, 5);
  const { probabilities: noise } = randomPredictions(300, 3, 6);
  const predicted = truth.map((value, at) => value + 0.2 * (noise[at] ?? 0));
  const predictions: NumberPredictions = { numbers: 3, samples: new Int32Array(300), truth, predicted };
  const theirs = await keras.run<Record<string, number>>(NUMBERS, {
    truth: rowsOf(truth, 3),
    predicted: rowsOf(predicted, 3),
  });
  for (const [metric, value] of Object.entries(numberMetrics(predictions)))
    expect(value, metric).toBeCloseTo(theirs[metric] ?? Number.NaN, 9);
});
