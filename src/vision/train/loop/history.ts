import { accuracyOf, weightedAccuracy } from '../metrics/accuracy.ts';
import type { ConfusionMatrix } from '../metrics/confusion.ts';

/**
 * The metrics of one epoch, named as in Keras' `History`. The accuracy of a task is computed over the samples that have
 * the task, and is 0 if there are none.
 */
export interface EpochMetrics {
  /** Counted from 1 within the stage. */
  readonly epoch: number;
  /** The learning rate at the first step of the epoch. */
  readonly learning_rate: number;
  /** Mean over the training samples as seen in training: augmented, with dropout, each batch before its update. */
  readonly loss: number;
  /** Accuracy by task, over the same samples as `loss`. */
  readonly acc: Readonly<Record<string, number>>;
  /** Mean over the validation samples after the epoch; absent if there are none. */
  readonly val_loss?: number;
  /** Accuracy by task on the validation samples. */
  readonly val_acc?: Readonly<Record<string, number>>;
  /** Mean of the tasks' validation accuracies, weighted by each task's number of samples in the whole data set. */
  readonly val_weighted_acc?: number;
}

/** A loss and the confusion matrix of each task. */
interface Outcome {
  readonly loss: number;
  readonly matrices: readonly ConfusionMatrix[];
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
    acc: accuracyByTask(tasks, trained),
    ...(validated && {
      val_loss: validated.loss,
      val_acc: accuracyByTask(tasks, validated),
      val_weighted_acc: weightedAccuracy(validated.matrices, tasks),
    }),
  };
}

/** Formats the losses and the weighted accuracy of an epoch as one log line. */
export function describeEpoch(metrics: EpochMetrics, epochs: number): string {
  const { epoch, loss, val_loss, val_weighted_acc } = metrics;
  const words = Object.entries({ loss, val_loss, val_weighted_acc }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${value.toFixed(4)}`],
  );
  return `epoch ${epoch} of ${epochs}: ${words.join(', ')}`;
}

/** Returns the accuracy of each task by name, for example `{ coat_length: 0.97, … }`. */
function accuracyByTask(tasks: Tasks, { matrices }: Pick<Outcome, 'matrices'>): Record<string, number> {
  return Object.fromEntries(tasks.map(({ name }, index) => [name, accuracyOf(matrices[index] ?? [])]));
}

/** Returns the metrics of an epoch under the names that the `train` stage reports. */
export function reportedMetrics({ loss, val_loss, val_acc, val_weighted_acc }: EpochMetrics): Record<string, number> {
  const byTask = Object.entries(val_acc ?? {}).map(([task, accuracy]) => [`val_accuracy/${task}`, accuracy]);
  return {
    loss,
    ...(val_loss !== undefined && { val_loss }),
    ...(val_weighted_acc !== undefined && { val_weighted_accuracy: val_weighted_acc }),
    ...Object.fromEntries(byTask),
  };
}
