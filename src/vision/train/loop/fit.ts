import type { Progress } from '../../../index.ts';
import { failure, type Result, success } from '../../../shared/problem.ts';
import type { HeadLayout } from '../../heads/head-layout.ts';
import type { Checkpoint, Checkpoints } from '../checkpoints/checkpoints.ts';
import { overallMean } from '../metrics/metric-counter.ts';
import type { BatchLoss } from '../step/loss.ts';
import type { Trainer } from '../step/trainer.ts';
import { divergedProblem } from './diverged.ts';
import { bestEpoch, type EarlyStoppingOptions, shouldStop } from './early-stopping.ts';
import { groupsPerEpoch } from './groups.ts';
import { computeEpochMetrics, describeEpoch, type EpochMetrics } from './history.ts';
import { type LearningRateOptions, learningRateAt } from './learning-rate.ts';
import type { EpochOptions } from './run-steps.ts';
import { startThroughput } from './throughput.ts';
import { EPOCH_START, type EpochProgress, trainEpoch } from './train-epoch.ts';
import { validate } from './validate.ts';

export interface FitOptions
  extends Pick<EpochOptions, 'accumulate' | 'trainer' | 'data' | 'batchSize' | 'seed'>,
    LearningRateOptions {
  readonly epochs: number;
  readonly labelSmoothing: number;
  readonly layout: HeadLayout;
  readonly lossOf: BatchLoss;
  readonly earlyStopping: EarlyStoppingOptions;
  /** Epochs and steps of earlier training stages. Random numbers continue from there, so no stage repeats another's. */
  readonly previous: { readonly epochs: number; readonly steps: number };
  readonly checkpoints: Checkpoints<TrainingProgress>;
}

/** The position of a training run. */
export interface TrainingProgress {
  /** The number of steps taken in this stage. */
  readonly steps: number;
  /** The metrics of the completed epochs, validation included. */
  readonly history: readonly EpochMetrics[];
  /** The progress within the current epoch. */
  readonly epoch: EpochProgress;
}

/** Receives log lines and progress, and can abort the training. */
export interface TrainingContext {
  log(message: string): void;
  progress(progress: Progress): void;
  /** Runs `work` to its end although the training is aborted. */
  saving<Value>(work: () => Promise<Value>): Promise<Value>;
  readonly signal: AbortSignal;
}

export interface FitResult {
  readonly history: readonly EpochMetrics[];
  /** The metrics of the epoch whose weights the model has now: the best one if it was restored, else the last. */
  readonly kept: EpochMetrics | undefined;
  readonly steps: number;
}

/**
 * Trains a model for the given number of epochs and validates after each one. Resumes from the latest checkpoint.
 *
 * @returns the metrics of each epoch and the number of steps, or a problem if the loss became NaN or infinite.
 * @throws the signal's reason if it is aborted; the training stops between two steps, after saving a checkpoint.
 */
export async function fitModel(options: FitOptions, context: TrainingContext): Promise<Result<FitResult>> {
  // A step and a checkpoint may take long.
  return context.saving(() => trainEpochs(options, context));
}

async function trainEpochs(options: FitOptions, context: TrainingContext): Promise<Result<FitResult>> {
  const { trainer, data, batchSize, accumulate, epochs, labelSmoothing, previous, checkpoints, earlyStopping } =
    options;
  const { targets } = data;
  const samples = targets.samplesIn('train');
  const validationSamples = targets.samplesIn('validation');
  const stepsPerEpoch = Math.ceil(samples.length / batchSize);
  const steps = epochs * stepsPerEpoch;
  const updatesPerEpoch = groupsPerEpoch({ samples: samples.length, batchSize, accumulate });
  const rateAt = (update: number) => learningRateAt(options, update, epochs * updatesPerEpoch);

  const found = await resume(options, context);
  let bestWeights = found?.bestWeights;
  let epoch = found?.progress.epoch ?? EPOCH_START;
  const history = [...(found?.progress.history ?? [])];
  const save = async () => {
    const progress = { steps: history.length * stepsPerEpoch + epoch.steps, history, epoch };
    return checkpoints.save({ progress, state: await trainer.state(), bestWeights });
  };
  const isPauseDue = () => context.signal.aborted || checkpoints.isDue();

  while (history.length < epochs && !shouldStop(history, earlyStopping)) {
    const number = history.length;
    const [firstStepInStage, firstUpdate] = [number * stepsPerEpoch, number * updatesPerEpoch];
    const throughput = startThroughput(epoch.samples);
    const firstStep = previous.steps + firstStepInStage;
    const position = { epoch: previous.epochs + number, firstStep, firstStepInStage, firstUpdate };
    const epochOptions = { ...options, ...position, samples, rateAt, isPauseDue };
    const trained = await trainEpoch(epochOptions, epoch, async (progress, isPaused) => {
      epoch = progress;
      const note = `epoch ${number + 1}/${epochs}, ${describeProgress(progress)}, ${throughput(progress.samples)}`;
      context.progress({ done: firstStepInStage + progress.steps, total: steps, unit: 'steps', note });
      if (!isPaused) return;
      if (isPauseDue()) await save();
      context.signal.throwIfAborted();
    });
    if (!trained.ok) return trained;
    const onProgress = () => context.signal.throwIfAborted();
    const validated = await withAverages(trainer, async () => {
      const terms = { labelSmoothing, l2Penalty: await trainer.l2Penalty() };
      return validate({ ...options, predictor: trainer, samples: validationSamples, terms, onProgress });
    }).catch(async (error: unknown) => {
      if (context.signal.aborted) await save();
      throw error;
    });
    if (!validated.ok) return validated;
    if (!Number.isFinite(validated.value.loss))
      return failure([divergedProblem(`the validation loss of epoch ${number + 1} is not a finite number`)]);
    const validation = validated.value.count > 0 ? validated.value : undefined;
    const metrics = computeEpochMetrics(targets.tasks, trained.value, validation, {
      epoch: number + 1,
      learning_rate: rateAt(firstUpdate),
    });
    history.push(metrics);
    context.log(describeEpoch(metrics, epochs));
    if (earlyStopping.restoreBest && bestEpoch(history, earlyStopping)?.epoch === history.length) {
      bestWeights = (await withAverages(trainer, () => trainer.state())).weights;
    }
    epoch = EPOCH_START;
    await save();
  }
  await trainer.swapAverages();
  const kept = await restoreBestWeights(options, history, bestWeights, context);
  return success({ history, kept, steps: history.length * stepsPerEpoch });
}

/** Runs `work` with the averages of the weights in their place, if the trainer keeps averages. */
async function withAverages<Value>(trainer: Trainer, work: () => Promise<Value>): Promise<Value> {
  await trainer.swapAverages();
  try {
    return await work();
  } finally {
    await trainer.swapAverages();
  }
}

async function resume(
  { trainer, checkpoints, epochs }: FitOptions,
  { log }: TrainingContext,
): Promise<Checkpoint<TrainingProgress> | undefined> {
  const checkpoint = await checkpoints.latest();
  if (checkpoint === undefined) return undefined;
  const { steps, history } = checkpoint.progress;
  await trainer.restore(checkpoint.state);
  log(`resumed from the checkpoint at step ${steps}, ${history.length} of ${epochs} epochs completed`);
  return checkpoint;
}

/** Restores the weights of the best epoch if the options say so. Returns the metrics of the epoch whose weights are kept. */
async function restoreBestWeights(
  { trainer, epochs, earlyStopping }: FitOptions,
  history: readonly EpochMetrics[],
  bestWeights: readonly Float32Array[] | undefined,
  { log }: TrainingContext,
): Promise<EpochMetrics | undefined> {
  const best = bestEpoch(history, earlyStopping);
  if (history.length < epochs) {
    log(
      `stopped early after epoch ${history.length}: ${earlyStopping.monitor} has not improved since epoch ${best?.epoch}`,
    );
  }
  if (!earlyStopping.restoreBest || best === undefined || bestWeights === undefined) return history.at(-1);
  if (best.epoch < history.length) {
    await trainer.restore({ ...(await trainer.state()), weights: bestWeights });
    log(`restored the weights of epoch ${best.epoch}, which has the best ${earlyStopping.monitor}`);
  }
  return history[best.epoch - 1];
}

function describeProgress({ loss, metrics }: EpochProgress): string {
  const accuracy = overallMean(metrics, 'acc');
  return `loss ${loss.toFixed(3)}${accuracy === undefined ? '' : `, acc ${accuracy.toFixed(3)}`}`;
}
