import { type Result, success } from '../problem.ts';
import type { Progress } from '../stage.ts';
import { overallAccuracy } from './accuracy.ts';
import { describeEpoch, type EpochFigures, epochFigures } from './history.ts';
import { type EpochOptions, trainEpoch } from './train-epoch.ts';
import { validate } from './validate.ts';

export interface FitOptions extends Pick<EpochOptions, 'trainer' | 'data' | 'batchSize' | 'seed'> {
  readonly epochs: number;
  readonly learningRate: number;
  /** The rate at the stage's t-th step, from 0, is learningRate / (1 + decay · t), as in Keras. */
  readonly decay: number;
  /** What the model has behind it: the draws go on from there, so that no stage repeats another's. */
  readonly before: { readonly epochs: number; readonly steps: number };
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

/** Trains for some epochs, with a validation after each. Throws the signal's reason when it is aborted. */
export async function fitModel(options: FitOptions, watcher: Watcher): Promise<Result<Fitted>> {
  const { trainer, data, batchSize, epochs, learningRate, decay, before } = options;
  const { targets } = data;
  const samples = targets.samplesIn('train');
  const validationSamples = targets.samplesIn('validation');
  const stepsPerEpoch = Math.ceil(samples.length / batchSize);
  const learningRateAt = (step: number) => learningRate / (1 + decay * (step - before.steps));
  const history: EpochFigures[] = [];
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    const earlierSteps = epoch * stepsPerEpoch;
    const position = {
      epoch: before.epochs + epoch,
      firstStep: before.steps + earlierSteps,
      firstUpdate: earlierSteps,
    };
    const trained = await trainEpoch(
      { ...options, ...position, samples, learningRateAt },
      ({ steps, loss, matrices }) =>
        watcher.progress({
          done: earlierSteps + steps,
          total: epochs * stepsPerEpoch,
          unit: 'steps',
          note: `epoch ${epoch + 1}/${epochs}, loss ${loss.toFixed(3)}, acc ${overallAccuracy(matrices).toFixed(3)}`,
        }),
      watcher.signal,
    );
    if (!trained.ok) return trained;
    const validated = await validate({ predictor: trainer, data, samples: validationSamples, batchSize });
    if (!validated.ok) return validated;
    const figures = epochFigures(
      targets.tasks,
      trained.value,
      validated.value.count > 0 ? validated.value : undefined,
      {
        epoch: epoch + 1,
        learning_rate: learningRateAt(position.firstStep),
      },
    );
    history.push(figures);
    watcher.log(describeEpoch(figures, epochs));
  }
  return success({ history, steps: epochs * stepsPerEpoch });
}
