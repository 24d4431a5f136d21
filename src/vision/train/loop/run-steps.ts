import { failure, type Result, success } from '../../../shared/problem.ts';
import { type Batch, batches } from '../../data/shards/batches.ts';
import type { PreparedRun } from '../../tensorflow/session/session.ts';
import type { LabelledImages } from '../samples/labelled-images.ts';
import { type BatchLabels, batchLabels } from '../step/target-tensors.ts';
import type { StepResult, Trainer } from '../step/trainer.ts';
import { divergedProblem } from './diverged.ts';
import { groupOf } from './groups.ts';

export interface EpochOptions {
  readonly trainer: Trainer;
  readonly data: LabelledImages;
  /** The row numbers of the training samples. */
  readonly samples: Int32Array;
  readonly batchSize: number;
  /** The number of steps after which the weights are updated. */
  readonly accumulate: number;
  /**
   * Random seed. Together with the epoch it decides the sample order; together with the step, augmentation and dropout.
   */
  readonly seed: number;
  readonly epoch: number;
  /** The number of the epoch's first step over all training stages, and of its first step and update within this stage. */
  readonly firstStep: number;
  readonly firstStepInStage: number;
  readonly firstUpdate: number;
  /** Returns the learning rate, given the number of updates made so far in this stage. */
  readonly rateAt: (updates: number) => number;
  /** Asked when a step has ended: whether the next one waits until its result has been dealt with. */
  readonly isPauseDue: () => boolean;
}

/** A step that has ended. */
export interface EndedStep extends StepResult {
  readonly labels: BatchLabels;
  /** The number of samples. */
  readonly count: number;
  /** The index of the step in its epoch, from 0. */
  readonly index: number;
  /** Whether the next step has not started yet: the trainer's state is the one after this step. */
  readonly isPaused: boolean;
}

type Ending = Omit<EndedStep, 'isPaused'>;

/**
 * Runs the steps of an epoch and yields each when it has ended. While one computes, the next batch is read and handed
 * over to the device, which goes on as soon as it is free. A failure is the last item.
 *
 * @param from the index of the first step.
 */
export async function* runSteps(options: EpochOptions, from: number): AsyncGenerator<Result<EndedStep>, void, void> {
  const { data, samples, batchSize, seed, epoch, isPauseDue } = options;
  const read = batches({ ...data, samples, batchSize, order: { seed, epoch }, from });
  let running: Promise<Result<Ending>> | undefined;
  let waiting: PreparedRun<Result<Ending>> | undefined;
  const start = () => {
    running = waiting?.run();
    // It may fail while the next batch is read; it is awaited after that.
    running?.catch(() => undefined);
    waiting = undefined;
  };
  try {
    for await (const batch of read) {
      if (batch.ok) waiting = prepareStep(options, batch.value);
      const ended = await running;
      if (ended?.ok === false) return yield ended;
      const isPaused = ended !== undefined && isPauseDue();
      if (!isPaused) start();
      if (ended !== undefined) yield success({ ...ended.value, isPaused });
      if (isPaused) start();
      if (!batch.ok) return yield batch;
    }
    const ended = await running;
    if (ended !== undefined) yield ended.ok ? success({ ...ended.value, isPaused: true }) : ended;
  } finally {
    waiting?.discard();
  }
}

function prepareStep(options: EpochOptions, batch: Batch): PreparedRun<Result<Ending>> {
  const { trainer, data, seed, firstStep, rateAt } = options;
  const { images, samples, count, index } = batch;
  const labels = batchLabels(data.targets, samples);
  const { updates, group } = updateOf(options, index);
  const at = { seed, step: firstStep + index, updates, group };
  const prepared = trainer.prepareStep({ images, labels }, at, rateAt(updates));
  return {
    async run() {
      const step = await prepared.run();
      if (!Number.isFinite(step.loss)) return nonFiniteLossProblem(options, batch, step.loss);
      return success({ ...step, labels, count, index });
    },
    discard: () => prepared.discard(),
  };
}

/** Returns the number of updates before a step of the epoch, and its place among the steps of its update. */
function updateOf({ samples, batchSize, accumulate, firstUpdate }: EpochOptions, index: number) {
  const { number, position } = groupOf(index, { samples: samples.length, batchSize, accumulate });
  return { updates: firstUpdate + number, group: position };
}

const MAX_LISTED = 5;

function nonFiniteLossProblem(options: EpochOptions, { samples, index }: Batch, loss: number) {
  const { data, firstStepInStage, rateAt } = options;
  const files = Array.from(samples.subarray(0, MAX_LISTED), (sample) => `"${data.targets.file(sample)}"`);
  const more = samples.length > MAX_LISTED ? ` and ${samples.length - MAX_LISTED} more` : '';
  return failure([
    divergedProblem(
      `the loss became ${Number.isNaN(loss) ? 'NaN' : 'infinite'} at step ${firstStepInStage + index + 1} ` +
        `with a learning rate of ${rateAt(updateOf(options, index).updates)}, on the images ${files.join(', ')}${more}`,
    ),
  ]);
}
