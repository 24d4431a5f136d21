import { accuracyOf, weightedAccuracy } from '../metrics/accuracy.ts';
import type { ConfusionMatrix } from '../metrics/confusion.ts';

/** The figures of one epoch, under Keras' names. Accuracies by task are over the samples that have it; 0 if none has. */
export interface EpochFigures {
  /** Counted from 1 within the stage. */
  readonly epoch: number;
  /** At the epoch's first step. */
  readonly learning_rate: number;
  /** Over the training samples as they were trained on: augmented, with dropout, each batch before its update. */
  readonly loss: number;
  readonly acc: Readonly<Record<string, number>>;
  /** Over the validation samples after the epoch; absent where there are none. */
  readonly val_loss?: number;
  readonly val_acc?: Readonly<Record<string, number>>;
  /** The mean of the tasks' accuracies, weighted by how many samples of the whole data set have the task. */
  readonly val_weighted_acc?: number;
}

/** A loss and, for each task, the counts of what was predicted. */
interface Outcome {
  readonly loss: number;
  readonly matrices: readonly ConfusionMatrix[];
}

type Tasks = readonly { readonly name: string; readonly samples: number }[];

export function epochFigures(
  tasks: Tasks,
  trained: Outcome,
  validated: Outcome | undefined,
  epoch: Pick<EpochFigures, 'epoch' | 'learning_rate'>,
): EpochFigures {
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

/** One line for whoever watches. */
export function describeEpoch(figures: EpochFigures, epochs: number): string {
  const { epoch, loss, val_loss, val_weighted_acc } = figures;
  const words = Object.entries({ loss, val_loss, val_weighted_acc }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${value.toFixed(4)}`],
  );
  return `epoch ${epoch} of ${epochs}: ${words.join(', ')}`;
}

/** `{ coat_length: 0.97, … }`. */
function accuracyByTask(tasks: Tasks, { matrices }: Pick<Outcome, 'matrices'>): Record<string, number> {
  return Object.fromEntries(tasks.map(({ name }, index) => [name, accuracyOf(matrices[index] ?? [])]));
}

/** The last epoch's figures, as a stage reports them. */
export function epochMetrics({ loss, val_loss, val_acc, val_weighted_acc }: EpochFigures): Record<string, number> {
  const byTask = Object.entries(val_acc ?? {}).map(([task, accuracy]) => [`val_accuracy/${task}`, accuracy]);
  return {
    loss,
    ...(val_loss !== undefined && { val_loss }),
    ...(val_weighted_acc !== undefined && { val_weighted_accuracy: val_weighted_acc }),
    ...Object.fromEntries(byTask),
  };
}
