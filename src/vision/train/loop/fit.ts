import type { Progress } from '../../../index.ts';
import { type Result, success } from '../../../shared/problem.ts';
import type { Checkpoint, Checkpoints } from '../checkpoints/checkpoints.ts';
import { overallAccuracy } from '../metrics/accuracy.ts';
import { bestEpoch, type EarlyStoppingOptions, shouldStop } from './early-stopping.ts';
import { describeEpoch, type EpochFigures, epochFigures } from './history.ts';
import { type LearningRateOptions, learningRateAt } from './learning-rate.ts';
import { startPace } from './pace.ts';
import { EPOCH_START, type EpochOptions, type EpochProgress, trainEpoch } from './train-epoch.ts';
import { validate } from './validate.ts';

export interface FitOptions extends Pick<EpochOptions, 'trainer' | 'data' | 'batchSize' | 'seed'>, LearningRateOptions {
  readonly epochs: number;
  readonly labelSmoothing: number;
  readonly earlyStopping: EarlyStoppingOptions;
  /** What the model has behind it: the draws go on from there, so that no stage repeats another's. */
  readonly before: { readonly epochs: number; readonly steps: number };
  readonly checkpoints: Checkpoints<TrainingProgress>;
}

/** Where a training is. */
export interface TrainingProgress {
  /** Updates made. */
  readonly updates: number;
  /** Of the epochs that are over, validation included. */
  readonly history: readonly EpochFigures[];
  /** The epoch after those. */
  readonly epoch: EpochProgress;
}

/** Whoever is told how a training goes, and may end it. */
export interface Watcher {
  log(message: string): void;
  progress(progress: Progress): void;
  readonly signal: AbortSignal;
}

export interface Fitted {
  readonly history: readonly EpochFigures[];
  readonly steps: number;
}

/**
 * Trains for some epochs, with a validation after each, from the latest checkpoint on. Throws the signal's reason when it
 * is aborted, between two steps and after a checkpoint.
 */
export async function fitModel(options: FitOptions, watcher: Watcher): Promise<Result<Fitted>> {
  const { trainer, data, batchSize, epochs, before, checkpoints, earlyStopping } = options;
  const { targets } = data;
  const samples = targets.samplesIn('train');
  const validationSamples = targets.samplesIn('validation');
  const stepsPerEpoch = Math.ceil(samples.length / batchSize);
  const steps = epochs * stepsPerEpoch;
  const rateAt = (updates: number) => learningRateAt(options, updates, steps);

  const found = await resume(options, watcher);
  let bestWeights = found?.bestWeights;
  let epoch = found?.progress.epoch ?? EPOCH_START;
  const history = [...(found?.progress.history ?? [])];
  const save = () => {
    const progress = { updates: history.length * stepsPerEpoch + epoch.steps, history, epoch };
    return checkpoints.save({ progress, state: trainer.state(), bestWeights });
  };

  while (history.length < epochs && !shouldStop(history, earlyStopping)) {
    const number = history.length;
    const firstUpdate = number * stepsPerEpoch;
    const pace = startPace(epoch.samples);
    const position = { epoch: before.epochs + number, firstStep: before.steps + firstUpdate, firstUpdate };
    const trained = await trainEpoch({ ...options, ...position, samples, rateAt }, epoch, async (progress) => {
      epoch = progress;
      const note = `epoch ${number + 1}/${epochs}, ${describeProgress(progress)}, ${pace(progress.samples)}`;
      watcher.progress({ done: firstUpdate + progress.steps, total: steps, unit: 'steps', note });
      if (watcher.signal.aborted || checkpoints.isDue()) await save();
      watcher.signal.throwIfAborted();
    });
    if (!trained.ok) return trained;
    const { labelSmoothing } = options;
    const validated = await validate({
      predictor: trainer,
      data,
      samples: validationSamples,
      batchSize,
      labelSmoothing,
    });
    if (!validated.ok) return validated;
    const judged = validated.value.count > 0 ? validated.value : undefined;
    const figures = epochFigures(targets.tasks, trained.value, judged, {
      epoch: number + 1,
      learning_rate: rateAt(firstUpdate),
    });
    history.push(figures);
    watcher.log(describeEpoch(figures, epochs));
    if (earlyStopping.restoreBest && bestEpoch(history, earlyStopping)?.epoch === history.length) {
      bestWeights = trainer.state().weights;
    }
    epoch = EPOCH_START;
    await save();
  }
  endWithBest(options, history, bestWeights, watcher);
  return success({ history, steps: history.length * stepsPerEpoch });
}

async function resume(
  { trainer, checkpoints, epochs }: FitOptions,
  { log }: Watcher,
): Promise<Checkpoint<TrainingProgress> | undefined> {
  const checkpoint = await checkpoints.latest();
  if (checkpoint === undefined) return undefined;
  const { updates, history } = checkpoint.progress;
  trainer.restore(checkpoint.state);
  log(`goes on from the checkpoint after step ${updates}, ${history.length} of ${epochs} epochs done`);
  return checkpoint;
}

function endWithBest(
  { trainer, epochs, earlyStopping }: FitOptions,
  history: readonly EpochFigures[],
  bestWeights: readonly Float32Array[] | undefined,
  { log }: Watcher,
): void {
  const best = bestEpoch(history, earlyStopping);
  if (history.length < epochs) {
    log(`stopped after epoch ${history.length}: no better ${earlyStopping.monitor} since epoch ${best?.epoch}`);
  }
  if (!earlyStopping.restoreBest || best === undefined || bestWeights === undefined) return;
  if (best.epoch < history.length) {
    trainer.restore({ ...trainer.state(), weights: bestWeights });
    log(`ends with the weights of epoch ${best.epoch}, the best by ${earlyStopping.monitor}`);
  }
}

function describeProgress({ loss, matrices }: EpochProgress): string {
  return `loss ${loss.toFixed(3)}, acc ${overallAccuracy(matrices).toFixed(3)}`;
}
