import { ordinal } from '../../heads/ordinal.ts';
import { classFrequencies, constantPredictions } from '../baseline.ts';
import { normalized, type PredictedLabel } from '../collect-predictions.ts';
import { type Estimate, estimatesOf, type Measured, measurable, measure } from '../estimates.ts';
import { findLabelErrors, type LabelErrors, type SuspectedLabelError } from '../label-errors.ts';
import { type CalibrationBin, calibrationBins } from '../metrics/calibration.ts';
import { type ClassMetrics, classMetrics } from '../metrics/class-metrics.ts';
import { type ConfusionMatrix, confusionOf } from '../metrics/confusion.ts';
import { ORDERED_METRICS, orderedMetrics } from '../metrics/ordered-metrics.ts';
import { TASK_METRICS, type TaskMetric, taskMetrics } from '../metrics/task-metrics.ts';
import { type ScoredSamples, scoreSamples, type TaskPredictions } from '../metrics/task-predictions.ts';
import { type Named, named } from '../named.ts';
import { type Located, located, ownMetrics, type TaskContext } from './task-context.ts';

/** The evaluation of a task with one class for each sample. */
export interface ClassTaskEvaluation {
  readonly name: string;
  /** Absent if the classes have no order. */
  readonly kind?: 'ordered';
  /** The name of the head. */
  readonly head: string;
  /** The number of evaluated samples that have the task. */
  readonly count: number;
  /** The last two only if the classes are ordered; besides, those of a head of the user's own. */
  readonly metrics: Readonly<Record<TaskMetric, Estimate>> & Readonly<Record<string, Estimate>>;
  /** The number of samples by true class (row) and predicted class (column). */
  readonly confusion: ConfusionMatrix;
  /** The samples in 15 bins of equal mass by the probability of the predicted class, the highest first. */
  readonly calibration: readonly CalibrationBin[];
  readonly classes: readonly Named<ClassMetrics>[];
  readonly label_errors: Omit<LabelErrors, 'suspected'> & {
    readonly suspected: readonly Located<SuspectedLabelError>[];
  };
}

/** Evaluates a task with one class for each sample. Returns what is needed for means over several tasks, too. */
export function evaluateClassTask(context: TaskContext): {
  readonly evaluation: ClassTaskEvaluation;
  readonly measured: Measured<TaskMetric>;
} {
  const { task, head, file, bootstrap, stream } = context;
  const predictions = taskPredictions(context.predicted, task.classes);
  const scored = scoreSamples(predictions);
  const frequencies = classFrequencies(context.training, task.classes);
  const constant = scoreSamples(constantPredictions(predictions, frequencies));
  const by = (of: ScoredSamples) => measurable(of, of.truth.length, taskMetrics);
  const measured = measure(TASK_METRICS, by(scored), by(constant), bootstrap, stream);
  const { suspected, ...counts } = findLabelErrors(predictions);
  const confusion = confusionOf(scored);
  const evaluation: ClassTaskEvaluation = {
    name: task.name,
    ...(task.kind === 'ordered' && { kind: 'ordered' }),
    head: head.name,
    count: predictions.truth.length,
    metrics: {
      ...estimatesOf(TASK_METRICS, measured),
      ...(isLearntInOrder(context) && orderedEstimates(scored, constant, context)),
      ...ownMetrics(context, Float32Array.from(frequencies)),
    },
    confusion,
    calibration: calibrationBins(scored, predictions.truth.length),
    classes: classMetrics(confusion).map((each, index) => named(each, task.class_names?.[index])),
    label_errors: { ...counts, suspected: located(suspected, predictions.samples, file) },
  };
  return { evaluation, measured };
}

/** Whether the classes are ordered, or learnt as such. */
function isLearntInOrder({ task, head }: TaskContext): boolean {
  return task.kind === 'ordered' || head.name === ordinal().name;
}

function orderedEstimates(scored: ScoredSamples, constant: ScoredSamples, { bootstrap, stream }: TaskContext) {
  const by = (of: ScoredSamples) => measurable(of, of.truth.length, orderedMetrics);
  return estimatesOf(ORDERED_METRICS, measure(ORDERED_METRICS, by(scored), by(constant), bootstrap, stream));
}

function taskPredictions(predicted: readonly PredictedLabel[], classes: number): TaskPredictions {
  const probabilities = new Float64Array(predicted.length * classes);
  const maybe = new Uint8Array(probabilities.length);
  for (const [position, { text, answer }] of predicted.entries()) {
    probabilities.set(normalized(answer), position * classes);
    for (let label = 0; label < classes; label += 1) if (text[label] === 'm') maybe[position * classes + label] = 1;
  }
  return {
    classes,
    samples: Int32Array.from(predicted, ({ sample }) => sample),
    truth: Uint8Array.from(predicted, ({ classIndex }) => classIndex),
    probabilities,
    maybe,
  };
}
