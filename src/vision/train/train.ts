import { writeFile } from 'node:fs/promises';
import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { badInput, failed, type StageFailure } from '../../index.ts';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import { trainingLabels } from '../data/tables/training-labels.ts';
import { headLayout } from '../heads/head-layout.ts';
import { withCheckedCode } from '../invalid-module-code.ts';
import type { ClassifierOptions } from '../models/classifier.ts';
import { findNonFiniteWeight } from '../models/finite-weights.ts';
import { saveModel } from '../models/saved-model.ts';
import { gpuCountOf, loadTensorFlow, type TensorFlow } from '../tensorflow/load.ts';
import { withMemoryAdvice } from '../tensorflow/out-of-memory.ts';
import { useReluGradientKernels } from '../tensorflow/relu-gradients.ts';
import type { Precision } from '../tensorflow/session/config-proto.ts';
import type { Augmentation } from './augmentations/augmentation.ts';
import { openCheckpoints } from './checkpoints/checkpoints.ts';
import { divergedProblem } from './loop/diverged.ts';
import { type FitOptions, fitModel, type TrainingContext, type TrainingProgress } from './loop/fit.ts';
import type { EpochMetrics } from './loop/history.ts';
import type { LearningRateOptions } from './loop/learning-rate.ts';
import { writeTensorBoard } from './loop/tensorboard.ts';
import { monitorProblems, sampleProblems, sampleWarnings } from './samples/check-samples.ts';
import { type ClassWeights, classWeightProblems, classWeightsByTask } from './samples/class-weights.ts';
import { type LabelledImages, openLabelledImages } from './samples/labelled-images.ts';
import { type SaveFormat, saveAs, savingProblems } from './save-as.ts';
import { codeProblems } from './start/code-problems.ts';
import { executionProblems, gpuProblems, towerDevices, visibleGpus } from './start/devices.ts';
import { type FineTuning, prepareFineTuning, type RateFactors } from './start/fine-tuning.ts';
import { weightsFile } from './start/initial-weights.ts';
import { findStartingPoint, type StartingPoint, startingModel } from './start/starting-point.ts';
import { createTrainer } from './step/create-trainer.ts';
import type { ExecutionMode } from './step/execution-mode.ts';
import { batchLoss } from './step/loss.ts';
import { batchSizesOf } from './step/trainer.ts';
import type { WeightUpdatesOptions } from './step/weight-updates.ts';

export interface TrainOptions
  extends LearningRateOptions,
    FineTuning,
    ClassifierOptions,
    Omit<WeightUpdatesOptions, 'accumulate'>,
    Pick<FitOptions, 'accumulate' | 'batchSize' | 'earlyStopping' | 'epochs' | 'labelSmoothing' | 'seed'> {
  /** Required unless a model to start from is given, which has its own. */
  readonly backbone?: string | undefined;
  readonly augmentations: readonly Augmentation[];
  readonly classWeights?: ClassWeights | undefined;
  /** The factor of the L2 penalty on the trainable kernels. */
  readonly l2: number;
  /** The interval between checkpoints, in addition to one after each epoch. */
  readonly checkpointMinutes: number;
  /** The number of intra-op threads. Another number changes results by rounding errors. */
  readonly threads: number;
  readonly execution: ExecutionMode;
  /** The number format of convolutions and matrix products; of `graph` alone. */
  readonly precision: Precision;
  /** Whether XLA compiles the graph; of `graph` alone. */
  readonly xla: boolean;
  /** The number of GPUs over which each batch is split. */
  readonly towers: number;
  /** `none`, `imagenet`, or the path or URL of a file saved by Keras, with its digest. */
  readonly weights: string;
  /** The formats to save the model in besides TensorFlow.js' own. */
  readonly saveAs: readonly SaveFormat[];
}

export interface TrainPaths {
  /** Input: the directory of the shards. */
  readonly shards: string;
  /** Input: the Arrow file of the targets. */
  readonly targets: string;
  /** Input: the directory of a saved model to continue training, with a new optimizer. */
  readonly startFrom?: string | undefined;
  /** Input: a file saved by Keras with the initial weights. */
  readonly weights?: string | undefined;
  /** A directory for checkpoints and temporary files, which outlives the process. */
  readonly work: string;
  /** The directory in which downloads are cached. */
  readonly downloads: string;
  /** Output: the directory of the trained model. */
  readonly model: string;
  /** Output: a JSON file with the metrics of each epoch. */
  readonly history: string;
  /** Output: a directory with the same metrics for TensorBoard. */
  readonly tensorboard: string;
}

interface PreparedModel {
  readonly tf: TensorFlow;
  readonly model: LayersModel;
  readonly rateFactors: RateFactors;
}

/**
 * Trains a multi-task classifier and saves it, resuming from a checkpoint in `paths.work` if there is one.
 *
 * @returns the metrics of the epoch whose weights were kept; a `bad-input` failure if data, model, weights and params do
 *   not match; a `failed` one if a download fails, TensorFlow cannot be loaded, the code of the stage is invalid, the loss
 *   or the weights became NaN or infinite, or memory is exhausted.
 * @throws the signal's reason if it is aborted.
 */
export async function train(
  paths: TrainPaths,
  options: TrainOptions,
  context: TrainingContext,
): Promise<Result<EpochMetrics | undefined, StageFailure>> {
  const data = await openLabelledImages(paths);
  if (!data.ok) return failure(badInput(data.failure));
  try {
    return await withMemoryAdvice(options.batchSize, () =>
      withCheckedCode(codeProblems(options, data.value.targets.samplesIn('train').length), () =>
        trainOn(data.value, paths, options, context),
      ),
    );
  } finally {
    await data.value.shards.close();
  }
}

async function trainOn(
  data: LabelledImages,
  paths: TrainPaths,
  options: TrainOptions,
  context: TrainingContext,
): Promise<Result<EpochMetrics | undefined, StageFailure>> {
  const start = await checkStart(data, paths, options);
  if (!start.ok) return failure(badInput(start.failure));
  for (const warning of sampleWarnings(data)) context.log(warning);
  const prepared = await prepareModel(start.value, paths, options, context);
  if (!prepared.ok) return prepared;
  const { tf, model, rateFactors } = prepared.value;
  const { targets, shards } = data;
  const { facts } = start.value;
  const layout = headLayout(facts.tasks, options.heads);
  const lossOf = batchLoss(tf, layout);
  const trainer = await createTrainer(tf, options.execution, {
    ...options,
    model,
    height: shards.height,
    width: shards.width,
    layout,
    rateFactors,
    devices: towerDevices(options),
    session: { precision: options.precision, xla: options.xla },
    targets: {
      labelSmoothing: options.labelSmoothing,
      classWeights: classWeightsByTask(options.classWeights, targets),
    },
    batchSizes: {
      training: batchSizesOf(targets.samplesIn('train').length, options.batchSize),
      prediction: options.batchSize,
    },
  });
  try {
    const checkpoints = await openCheckpoints<TrainingProgress>(paths.work, options.checkpointMinutes, context.log);
    const fitted = await fitModel({ ...options, trainer, layout, lossOf, data, previous: facts, checkpoints }, context);
    if (!fitted.ok) return failure(failed(fitted.failure));
    const { history, kept, steps } = fitted.value;
    await trainer.updateModel();
    const wrong = findNonFiniteWeight(model);
    if (wrong !== undefined)
      return failure(failed([divergedProblem(`the last steps gave unusable weights: ${wrong}`)]));
    const trained = {
      ...facts,
      epochs: facts.epochs + history.length,
      steps: facts.steps + steps,
      loss: { label_smoothing: options.labelSmoothing, l2_penalty: await trainer.l2Penalty() },
    };
    await saveModel(tf, model, trained, paths.model);
    await saveAs(model, options.saveAs, paths.model);
    await writeTensorBoard(paths.tensorboard, history, facts.epochs);
    await writeFile(paths.history, `${JSON.stringify({ epochs: history }, undefined, 2)}\n`);
    return success(kept);
  } finally {
    await trainer.dispose();
    model.dispose();
  }
}

/** Runs all checks that do not need TensorFlow. */
async function checkStart(
  { shards, targets }: LabelledImages,
  paths: TrainPaths,
  options: TrainOptions,
): Promise<Result<StartingPoint>> {
  const start = await findStartingPoint({
    model: paths.startFrom,
    weights: options.weights,
    weightsFile: paths.weights,
    backbone: options.backbone,
    backbones: options.backbones,
    height: shards.height,
    width: shards.width,
    resizing: shards.resizing,
    tasks: targets.tasks,
    heads: options.heads,
    labelsOf: (task) => trainingLabels(targets)[task] ?? [],
  });
  const problems = [
    ...sampleProblems(targets, options.batchSize, paths.targets),
    ...(start.ok ? monitorProblems(targets, options.earlyStopping, paths.targets, headsOf(start.value, options)) : []),
    ...classWeightProblems(options.classWeights, targets),
    ...executionProblems(options),
    ...gpuProblems(options, visibleGpus(process.env)),
    ...momentumProblems(options),
    ...(start.ok ? [] : start.failure),
  ];
  return problems.length > 0 ? failure(problems) : start;
}

function headsOf({ facts }: StartingPoint, { heads }: TrainOptions) {
  return headLayout(facts.tasks, heads).heads.map(({ head }) => head);
}

function momentumProblems({ batchNormalizationMomentum, freezeBatchNormalization }: TrainOptions): Problem[] {
  if (batchNormalizationMomentum === undefined || freezeBatchNormalization !== true) return [];
  const advice = 'Remove one of the two: frozen batch normalization keeps its statistics.';
  return [{ message: 'batch_normalization_momentum has no effect with freeze_batch_normalization', advice }];
}

/** Downloads the initial weights if necessary, and builds the model. */
async function prepareModel(
  start: StartingPoint,
  paths: TrainPaths,
  options: TrainOptions,
  context: TrainingContext,
): Promise<Result<PreparedModel, StageFailure>> {
  const { initial } = start;
  const weights =
    initial === undefined ? success(undefined) : await weightsFile(initial, { ...context, directory: paths.downloads });
  // A failed download may succeed later, so it is not the user's input that is wrong.
  if (!weights.ok) return failure((initial?.kind === 'download' ? failed : badInput)(weights.failure));
  const tensorFlow = await loadTensorFlow({ intraOpThreads: options.threads });
  if (!tensorFlow.ok) return failure(failed(tensorFlow.failure));
  const tf = tensorFlow.value;
  const unplaced = gpuProblems(options, gpuCountOf(tf));
  if (unplaced.length > 0) return failure(failed(unplaced));
  useReluGradientKernels(tf);
  const { work: scratch } = paths;
  const model = await startingModel(tf, start, { ...options, weightsFile: weights.value, scratch, log: context.log });
  if (!model.ok) return failure(badInput(model.failure));
  const rateFactors = prepareFineTuning(model.value, options);
  const problems = [...(rateFactors.ok ? [] : rateFactors.failure), ...savingProblems(model.value, options.saveAs)];
  if (rateFactors.ok && problems.length === 0)
    return success({ tf, model: model.value, rateFactors: rateFactors.value });
  model.value.dispose();
  return failure(badInput(problems));
}
