import type { Duplicates } from '../data/tables/duplicates.ts';
import type { Targets } from '../data/tables/targets.ts';
import type { Task } from '../data/tables/task.ts';
import type { Validation } from '../train/loop/validate.ts';
import { weightedMean } from '../train/metrics/weighted-mean.ts';
import { classFrequencies, constantPredictions } from './baseline.ts';
import { findLabelErrors, type LabelErrors, type SuspectedLabelError } from './label-errors.ts';
import { type BootstrapOptions, percentileInterval, type Resampled, resample } from './metrics/bootstrap.ts';
import { type CalibrationBin, calibrationBins } from './metrics/calibration.ts';
import { type ClassMetrics, classMetrics } from './metrics/class-metrics.ts';
import { type ConfusionMatrix, confusionOf } from './metrics/confusion.ts';
import { TASK_METRICS, type TaskMetric, type TaskMetrics, taskMetrics } from './metrics/task-metrics.ts';
import { type ScoredSamples, scoreSamples, type TaskPredictions } from './metrics/task-predictions.ts';

/** A metric. Null stands for what nothing defines, such as the precision of a task without samples. */
export interface Estimate {
  readonly value: number | null;
  /** The 95 % bootstrap interval; null without resamples. */
  readonly interval: readonly [number, number] | null;
  /** The metric of a model that always answers with the class frequencies of the training split. */
  readonly baseline: number | null;
}

export interface ClassEvaluation extends ClassMetrics {
  /** Present if the data set names its classes. */
  readonly name?: string;
}

export interface TaskEvaluation {
  readonly name: string;
  /** The number of validation samples that have the task. */
  readonly count: number;
  readonly metrics: Readonly<Record<TaskMetric, Estimate>>;
  /** The number of samples by true class (row) and predicted class (column). */
  readonly confusion: ConfusionMatrix;
  /** The samples in 15 bins of equal mass by the probability of the predicted class, the highest first. */
  readonly calibration: readonly CalibrationBin[];
  readonly classes: readonly ClassEvaluation[];
  readonly label_errors: Omit<LabelErrors, 'suspected'> & {
    readonly suspected: readonly (Omit<SuspectedLabelError, 'position'> & {
      readonly sample: number;
      readonly file: string;
    })[];
  };
}

/** The result of evaluating a model on the validation split: the content of `evaluation.json`. */
export interface Evaluation {
  /** The loss as in training, equal to `val_loss`: mean cross-entropy with label smoothing, and the L2 penalty. */
  readonly loss: number;
  /** Mean cross-entropy over the samples, without these. */
  readonly cross_entropy: number;
  /** The means of the tasks' metrics, weighted by each task's number of samples in the whole data set. */
  readonly weighted: Readonly<Record<TaskMetric, Estimate>>;
  /** The plain means of the tasks' precisions, by which the FashionAI challenge ranked submissions. */
  readonly mean_average_precision: Estimate;
  readonly basic_precision: Estimate;
  readonly bootstrap: BootstrapOptions;
  /** The number of validation samples that were skipped because their images are quarantined. */
  readonly left_out: number;
  /** Validation images that are identical or nearly identical to training images. */
  readonly duplicates: Duplicates;
  readonly tasks: readonly TaskEvaluation[];
}

/** What is known of one task: its metrics, those of the baseline, and those of the resamples. */
interface Measured {
  readonly scored: ScoredSamples;
  readonly metrics: TaskMetrics;
  readonly baseline: TaskMetrics;
  readonly resampled: Resampled;
}

/** Computes the evaluation from the predictions of the validation split. */
export function toEvaluation(
  targets: Targets,
  predictions: readonly TaskPredictions[],
  { loss, crossEntropy }: Validation,
  bootstrap: BootstrapOptions,
  about: Pick<Evaluation, 'left_out' | 'duplicates'>,
): Evaluation {
  const measured = predictions.map((each, task) => measure(targets, each, bootstrap, task));
  const plain = targets.tasks.map(() => ({ samples: 1 }));
  return {
    loss,
    cross_entropy: crossEntropy,
    weighted: byMetric((metric) => meanOf(measured, metric, targets.tasks)),
    mean_average_precision: meanOf(measured, 'average_precision', plain),
    basic_precision: meanOf(measured, 'basic_precision', plain),
    bootstrap,
    ...about,
    tasks: targets.tasks.map((task, index) => {
      const [known, own] = [predictions[index], measured[index]];
      if (known === undefined || own === undefined)
        throw new Error(`There are no predictions of the task ${task.name}.`);
      return evaluateTask(task, targets, known, own);
    }),
  };
}

function measure(targets: Targets, predictions: TaskPredictions, bootstrap: BootstrapOptions, task: number): Measured {
  const scored = scoreSamples(predictions);
  const constant = scoreSamples(constantPredictions(predictions, classFrequencies(targets, task)));
  return {
    scored,
    metrics: taskMetrics(scored),
    baseline: taskMetrics(constant),
    resampled: resample(scored, bootstrap, task),
  };
}

function evaluateTask(
  { name, class_names: names }: Task,
  targets: Targets,
  predictions: TaskPredictions,
  { scored, metrics, baseline, resampled }: Measured,
): TaskEvaluation {
  const { suspected, ...counts } = findLabelErrors(predictions);
  const confusion = confusionOf(scored);
  return {
    name,
    count: predictions.truth.length,
    metrics: byMetric((metric) => estimate(metrics[metric], resampled[metric], baseline[metric])),
    confusion,
    calibration: calibrationBins(scored, predictions.truth.length),
    classes: classMetrics(confusion).map((each, index) => {
      const named = names?.[index];
      return named === undefined ? each : { name: named, ...each };
    }),
    label_errors: {
      ...counts,
      suspected: suspected.map(({ position, ...found }) => {
        const sample = predictions.samples[position] ?? 0;
        return { sample, file: targets.file(sample), ...found };
      }),
    },
  };
}

/** Returns the mean of a metric over the tasks, each resample by itself. */
function meanOf(tasks: readonly Measured[], metric: TaskMetric, weights: readonly { readonly samples: number }[]) {
  const mean = (pick: (task: Measured) => number | undefined) => {
    const values = tasks.map((task) => definite(pick(task)));
    return values.every((value) => value === undefined) ? Number.NaN : weightedMean(values, weights);
  };
  const rounds = tasks[0]?.resampled[metric].length ?? 0;
  const resampled = Float64Array.from({ length: rounds }, (_, round) =>
    mean(({ resampled: each }) => each[metric][round]),
  );
  return estimate(
    mean(({ metrics }) => metrics[metric]),
    resampled,
    mean(({ baseline }) => baseline[metric]),
  );
}

function estimate(value: number, resampled: Float64Array, baseline: number): Estimate {
  return {
    value: definite(value) ?? null,
    interval: percentileInterval(resampled) ?? null,
    baseline: definite(baseline) ?? null,
  };
}

function definite(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

function byMetric<Value>(pick: (metric: TaskMetric) => Value): Record<TaskMetric, Value> {
  return Object.fromEntries(TASK_METRICS.map((metric) => [metric, pick(metric)])) as Record<TaskMetric, Value>;
}

/** Returns the metrics that the `evaluate` stage reports; a metric that nothing defines is left out. */
export function evaluationMetrics({
  loss,
  cross_entropy,
  weighted,
  mean_average_precision,
  tasks,
}: Evaluation): Record<string, number> {
  const values = Object.entries(estimates({ weighted, mean_average_precision, tasks })).flatMap(
    ([name, { value }]): [string, number][] => (value === null ? [] : [[name, value]]),
  );
  return { loss, ...(cross_entropy !== loss && { cross_entropy }), ...Object.fromEntries(values) };
}

/** Returns the 95 % intervals of these metrics, as far as they have one. */
export function evaluationIntervals(
  evaluation: Pick<Evaluation, 'weighted' | 'mean_average_precision' | 'tasks'>,
): Record<string, readonly [number, number]> {
  return Object.fromEntries(
    Object.entries(estimates(evaluation)).flatMap(([name, { interval }]) =>
      interval === null ? [] : [[name, interval]],
    ),
  );
}

/** Returns the metrics that are estimates, by the names under which a stage reports them. */
function estimates({
  weighted,
  mean_average_precision,
  tasks,
}: Pick<Evaluation, 'weighted' | 'mean_average_precision' | 'tasks'>): Record<string, Estimate> {
  return {
    weighted_accuracy: weighted.accuracy,
    mean_average_precision,
    ...Object.fromEntries(tasks.map(({ name, metrics: { accuracy } }) => [`accuracy/${name}`, accuracy])),
  };
}
