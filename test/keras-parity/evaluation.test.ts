import { expect, test } from 'vitest';
import { findLabelErrors } from '../../src/vision/evaluate/label-errors.ts';
import { classMetrics } from '../../src/vision/evaluate/metrics/class-metrics.ts';
import { confusionOf } from '../../src/vision/evaluate/metrics/confusion.ts';
import { taskMetrics } from '../../src/vision/evaluate/metrics/task-metrics.ts';
import { scoreSamples, type TaskPredictions } from '../../src/vision/evaluate/metrics/task-predictions.ts';
import { startKeras } from '../support/keras.ts';
import { randomPredictions } from '../support/predictions.ts';

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
    "suspected": sorted(int(each) for each in suspected if probabilities[each].argmax() != truth[each]),
}
`;

interface Theirs {
  readonly accuracy: number;
  readonly top_2_accuracy: number;
  readonly macro_f1: number;
  readonly log_loss: number;
  readonly calibration_error: number;
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
    probabilities: Array.from(truth, (_, row) => [...probabilities.subarray(row * classes, (row + 1) * classes)]),
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
    const ours = taskMetrics(scored);
    for (const metric of ['accuracy', 'top_2_accuracy', 'macro_f1', 'log_loss', 'calibration_error'] as const)
      expect(ours[metric], metric).toBeCloseTo(theirs[metric], 9);

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
