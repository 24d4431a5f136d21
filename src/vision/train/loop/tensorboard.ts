import path from 'node:path';
import { type ScalarEvent, writeEventFile } from './event-file.ts';
import type { EpochFigures } from './history.ts';

/** Writes a training's figures as TensorBoard shows them: the runs `train` and `validation`, under Keras' names. */
export async function writeTensorBoard(directory: string, history: readonly EpochFigures[]): Promise<void> {
  await writeEventFile(path.join(directory, 'train'), history.flatMap(trainEvents));
  const validation = history.flatMap(validationEvents);
  if (validation.length > 0) await writeEventFile(path.join(directory, 'validation'), validation);
}

function trainEvents({ epoch, loss, acc, learning_rate }: EpochFigures): ScalarEvent[] {
  return events(epoch, { epoch_loss: loss, ...accuracies(acc), epoch_learning_rate: learning_rate });
}

function validationEvents({ epoch, val_loss, val_acc, val_weighted_acc }: EpochFigures): ScalarEvent[] {
  return events(epoch, { epoch_loss: val_loss, ...accuracies(val_acc), epoch_weighted_acc: val_weighted_acc });
}

function accuracies(byTask: Readonly<Record<string, number>> = {}): Record<string, number> {
  return Object.fromEntries(Object.entries(byTask).map(([task, value]) => [`epoch_acc/${task}`, value]));
}

/** Keras counts epochs from 0 here. */
function events(epoch: number, values: Readonly<Record<string, number | undefined>>): ScalarEvent[] {
  return Object.entries(values).flatMap(([tag, value]) =>
    value === undefined ? [] : [{ tag, step: epoch - 1, value }],
  );
}
