import { isObject } from '../../../shared/shapes.ts';
import { type MetricSums, meanOf } from '../metrics/metric-counter.ts';
import { weightedMean } from '../metrics/weighted-mean.ts';

/** Values by task, for example `{ coat_length: 0.97, … }`. */
type ByTask = Readonly<Record<string, number>>;

/**
 * The metrics of one epoch, named as in Keras' `History`. A metric of a task is the mean over the samples that are labelled
 * for the task, and 0 if there are none. Beside these, there are the other metrics that a head has, such as `mae` and
 * `val_mae`, likewise by task.
 */
export interface EpochMetrics {
  /** Counted from 1 within the stage. */
  readonly epoch: number;
  /** The learning rate at the first step of the epoch. */
  readonly learning_rate: number;
  /** Mean over the training samples as seen in training: augmented, with dropout, each batch before its update. */
  readonly loss: number;
  /** Accuracy by task, over the same samples as `loss`. */
  readonly acc: ByTask;
  /** Mean over the validation samples after the epoch; absent if there are none. */
  readonly val_loss?: number;
  /** Accuracy by task on the validation samples. */
  readonly val_acc?: ByTask;
  /** Mean of the tasks' validation accuracies, weighted by each task's number of samples in the whole data set. */
  readonly val_weighted_acc?: number;
  readonly [metric: string]: number | ByTask | undefined;
}

/** A loss and the metrics of each head. */
interface Outcome {
  readonly loss: number;
  readonly metrics: readonly MetricSums[];
}

type Tasks = readonly { readonly name: string; readonly samples: number }[];

/** Computes the metrics of an epoch from its training and validation outcomes. */
export function computeEpochMetrics(
  tasks: Tasks,
  trained: Outcome,
  validated: Outcome | undefined,
  epoch: Pick<EpochMetrics, 'epoch' | 'learning_rate'>,
): EpochMetrics {
  return {
    ...epoch,
    loss: trained.loss,
    acc: {},
    ...metricsByTask(tasks, trained, ''),
    ...(validated && {
      val_loss: validated.loss,
      ...metricsByTask(tasks, validated, VALIDATION),
      ...weightedAccuracy(tasks, validated),
    }),
  };
}

/** Returns each metric by the names of the tasks whose heads have it. */
function metricsByTask(tasks: Tasks, { metrics }: Pick<Outcome, 'metrics'>, prefix: string): Record<string, ByTask> {
  const names = new Set(metrics.flatMap((sums) => Object.keys(sums)));
  return Object.fromEntries(
    Array.from(names, (metric) => {
      const values = tasks.flatMap(({ name }, index) => {
        const sum = metrics[index]?.[metric];
        return sum === undefined ? [] : [[name, meanOf(sum)] as const];
      });
      return [`${prefix}${metric}`, Object.fromEntries(values)];
    }),
  );
}

/** Tasks without samples are excluded. Without an accuracy there is no mean of accuracies. */
function weightedAccuracy(tasks: Tasks, { metrics }: Outcome): Pick<EpochMetrics, 'val_weighted_acc'> {
  const accuracies = metrics.map(({ acc }) => acc);
  if (accuracies.every((accuracy) => accuracy === undefined)) return {};
  const known = accuracies.map((sum) => (sum === undefined || sum.count === 0 ? undefined : meanOf(sum)));
  return { val_weighted_acc: weightedMean(known, tasks) };
}

/** Formats the losses and the weighted accuracy of an epoch as one log line. */
export function describeEpoch(metrics: EpochMetrics, epochs: number): string {
  const { epoch, loss, val_loss, val_weighted_acc } = metrics;
  const words = Object.entries({ loss, val_loss, val_weighted_acc }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${value.toFixed(4)}`],
  );
  return `epoch ${epoch} of ${epochs}: ${words.join(', ')}`;
}

/** Returns the metrics of an epoch under the names that the `train` stage reports: `val_accuracy/TASK`, `val_mae/TASK`. */
export function reportedMetrics(metrics: EpochMetrics): Record<string, number> {
  const { loss, val_loss, val_weighted_acc } = metrics;
  const byTask = Object.entries(validationMetrics(metrics)).flatMap(([name, values]) =>
    Object.entries(values).map(([task, value]) => [`val_${name === 'acc' ? 'accuracy' : name}/${task}`, value]),
  );
  return {
    loss,
    ...(val_loss !== undefined && { val_loss }),
    ...(val_weighted_acc !== undefined && { val_weighted_accuracy: val_weighted_acc }),
    ...Object.fromEntries(byTask),
  };
}

/** Returns the metrics by task of the training samples, by their names. */
export function trainingMetrics(metrics: EpochMetrics): Record<string, ByTask> {
  return Object.fromEntries(
    Object.entries(metrics).flatMap(([name, values]) =>
      isObject(values) && !name.startsWith(VALIDATION) ? [[name, values]] : [],
    ),
  );
}

/** Returns the metrics by task of the validation samples, by their names without `val_`. */
export function validationMetrics(metrics: EpochMetrics): Record<string, ByTask> {
  return Object.fromEntries(
    Object.entries(metrics).flatMap(([name, values]) =>
      isObject(values) && name.startsWith(VALIDATION) ? [[name.slice(VALIDATION.length), values]] : [],
    ),
  );
}

const VALIDATION = 'val_';
