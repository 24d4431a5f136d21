import path from 'node:path';
import { type ScalarEvent, writeEventFile } from './event-file.ts';
import { type EpochMetrics, trainingMetrics, validationMetrics } from './history.ts';

/**
 * Writes the training history as TensorBoard runs `train` and `validation`, with the tags of Keras' `TensorBoard`
 * callback. There is no `validation` run if there are no validation metrics.
 *
 * @param epochsBefore the number of epochs of earlier training stages, so that the curves of all stages form one.
 */
export async function writeTensorBoard(
  directory: string,
  history: readonly EpochMetrics[],
  epochsBefore: number,
): Promise<void> {
  const continued = history.map((metrics) => ({ ...metrics, epoch: epochsBefore + metrics.epoch }));
  await writeEventFile(path.join(directory, 'train'), continued.flatMap(trainEvents));
  const validation = continued.flatMap(validationEvents);
  if (validation.length > 0) await writeEventFile(path.join(directory, 'validation'), validation);
}

function trainEvents(metrics: EpochMetrics): ScalarEvent[] {
  const { epoch, loss, learning_rate } = metrics;
  return events(epoch, {
    epoch_loss: loss,
    ...byTag(trainingMetrics(metrics)),
    epoch_learning_rate: learning_rate,
  });
}

function validationEvents(metrics: EpochMetrics): ScalarEvent[] {
  const { epoch, val_loss, val_weighted_acc } = metrics;
  return events(epoch, {
    epoch_loss: val_loss,
    ...byTag(validationMetrics(metrics)),
    epoch_weighted_acc: val_weighted_acc,
  });
}

function byTag(metrics: ReturnType<typeof trainingMetrics>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(metrics).flatMap(([name, values]) =>
      Object.entries(values).map(([task, value]) => [`epoch_${name}/${task}`, value]),
    ),
  );
}

/** Turns metrics into events. Keras' `TensorBoard` callback counts epochs from 0. */
function events(epoch: number, values: Readonly<Record<string, number | undefined>>): ScalarEvent[] {
  return Object.entries(values).flatMap(([tag, value]) =>
    value === undefined ? [] : [{ tag, step: epoch - 1, value }],
  );
}
