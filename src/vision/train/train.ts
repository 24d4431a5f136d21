import { writeFile } from 'node:fs/promises';
import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { badInput, failed, type StageFailure } from '../../index.ts';
import { failure, type Result, success } from '../../shared/problem.ts';
import type { BackboneName } from '../models/backbones/index.ts';
import { saveModel } from '../models/saved-model.ts';
import { nodeBackend } from '../tensorflow/execute-op.ts';
import { loadTensorFlow, type TensorFlow } from '../tensorflow/load.ts';
import { useReluGradientKernels } from '../tensorflow/relu-gradients.ts';
import { openCheckpoints } from './checkpoints/checkpoints.ts';
import { type FitOptions, fitModel, type TrainingProgress, type Watcher } from './loop/fit.ts';
import type { EpochFigures } from './loop/history.ts';
import type { LearningRateOptions } from './loop/learning-rate.ts';
import { writeTensorBoard } from './loop/tensorboard.ts';
import type { OptimizerOptions } from './optimizers/optimizer.ts';
import { sampleProblems, sampleWarnings } from './samples/check-samples.ts';
import { type ClassWeights, classWeightColumns, classWeightProblems } from './samples/class-weights.ts';
import { type LabelledImages, openLabelledImages } from './samples/labelled-images.ts';
import { type SaveFormat, saveAs } from './save-as.ts';
import { type FineTuning, prepareFineTuning, type RateFactors } from './start/fine-tuning.ts';
import { weightsFile } from './start/initial-weights.ts';
import { findStartingPoint, type StartingPoint, startingModel } from './start/starting-point.ts';
import type { Augmentation } from './step/augmentation.ts';
import type { ClipOptions } from './step/clip-gradients.ts';
import { createTrainer } from './step/create-trainer.ts';
import type { ExecutionMode } from './step/execution-mode.ts';
import { headLayout } from './step/target-masks.ts';
import { batchSizesOf } from './step/trainer.ts';

export interface TrainOptions
  extends LearningRateOptions,
    FineTuning,
    Pick<FitOptions, 'batchSize' | 'earlyStopping' | 'epochs' | 'labelSmoothing' | 'seed'> {
  /** Needed where no model is given, which brings its own. */
  readonly backbone?: BackboneName | undefined;
  readonly optimizer: OptimizerOptions;
  readonly augmentation: Augmentation;
  readonly dropout: number;
  readonly classWeights?: ClassWeights | undefined;
  readonly clip: ClipOptions;
  /** Of the penalty on the squares of the kernels. */
  readonly l2: number;
  /** After so many a checkpoint is due, beside those after each epoch. */
  readonly checkpointMinutes: number;
  /** Among which one op's work is split: another number gives other last digits. */
  readonly threads: number;
  readonly execution: ExecutionMode;
  /** Devices over which each batch is sliced. */
  readonly towers: number;
  /** `none`, `imagenet`, or where a file is that Keras has written, with its digest. */
  readonly weights: string;
  /** What the model is written as beside TensorFlow.js' own format. */
  readonly saveAs: readonly SaveFormat[];
}

export interface TrainPaths {
  /** A directory. */
  readonly shards: string;
  /** A file. */
  readonly targets: string;
  /** The directory of a saved model whose training goes on, with a fresh optimizer. */
  readonly startFrom?: string | undefined;
  /** A file of Keras that gives the first weights. */
  readonly weights?: string | undefined;
  /** A directory for what is needed meanwhile, and to go on after the training was killed. */
  readonly work: string;
  /** The directory in which downloads are kept. */
  readonly downloads: string;
  /** To be made: the directory of the trained model. */
  readonly model: string;
  /** To be made: a JSON file with the figures of each epoch. */
  readonly history: string;
  /** To be made: a directory with the same figures for TensorBoard. */
  readonly tensorboard: string;
}

interface PreparedModel {
  readonly tf: TensorFlow;
  readonly model: LayersModel;
  readonly rateFactors: RateFactors;
}

/**
 * Trains a classifier and saves it. Throws the signal's reason when it is aborted.
 *
 * @returns the figures of each epoch.
 */
export async function train(
  paths: TrainPaths,
  options: TrainOptions,
  watcher: Watcher,
): Promise<Result<readonly EpochFigures[], StageFailure>> {
  const data = await openLabelledImages(paths);
  if (!data.ok) return failure(badInput(data.failure));
  try {
    return await trainOn(data.value, paths, options, watcher);
  } finally {
    await data.value.shards.close();
  }
}

async function trainOn(
  data: LabelledImages,
  paths: TrainPaths,
  options: TrainOptions,
  watcher: Watcher,
): Promise<Result<readonly EpochFigures[], StageFailure>> {
  const start = await checkStart(data, paths, options);
  if (!start.ok) return failure(badInput(start.failure));
  for (const warning of sampleWarnings(data)) watcher.log(warning);
  const prepared = await prepareModel(start.value, paths, options, watcher);
  if (!prepared.ok) return prepared;
  const { tf, model, rateFactors } = prepared.value;
  const { targets, shards } = data;
  const sizes = (split: 'train' | 'validation') => batchSizesOf(targets.samplesIn(split).length, options.batchSize);
  const trainer = await createTrainer(tf, options.execution, {
    ...options,
    model,
    height: shards.height,
    width: shards.width,
    layout: headLayout(targets.tasks),
    rateFactors,
    devices: devicesOf(tf, options.towers),
    targets: {
      labelSmoothing: options.labelSmoothing,
      classWeights: classWeightColumns(options.classWeights, targets),
    },
    batchSizes: { training: sizes('train'), prediction: sizes('validation') },
  });
  const { facts } = start.value;
  try {
    const checkpoints = await openCheckpoints<TrainingProgress>(paths.work, options.checkpointMinutes, watcher.log);
    const fitted = await fitModel({ ...options, trainer, data, before: facts, checkpoints }, watcher);
    if (!fitted.ok) return failure(failed(fitted.failure));
    const { history, steps } = fitted.value;
    trainer.updateModel();
    const trained = { ...facts, epochs: facts.epochs + history.length, steps: facts.steps + steps };
    await saveModel(tf, model, trained, paths.model);
    await saveAs(model, options.saveAs, paths.model);
    await writeTensorBoard(paths.tensorboard, history);
    await writeFile(paths.history, `${JSON.stringify({ epochs: history }, undefined, 2)}\n`);
    return success(history);
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

/** All that can be found wrong before TensorFlow is loaded. */
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
    height: shards.height,
    width: shards.width,
    tasks: targets.tasks,
  });
  const problems = [
    ...sampleProblems(targets, options.batchSize, paths.targets),
    ...classWeightProblems(options.classWeights, targets),
    ...(start.ok ? [] : start.failure),
  ];
  return problems.length > 0 ? failure(problems) : start;
}

/** Fetches the weights where some are to be fetched, and builds the model. */
async function prepareModel(
  start: StartingPoint,
  paths: TrainPaths,
  options: TrainOptions,
  watcher: Watcher,
): Promise<Result<PreparedModel, StageFailure>> {
  const { initial } = start;
  const weights =
    initial === undefined ? success(undefined) : await weightsFile(initial, { ...watcher, directory: paths.downloads });
  // What does not come over the network may come another time.
  if (!weights.ok) return failure((initial?.kind === 'download' ? failed : badInput)(weights.failure));
  const tensorFlow = await loadTensorFlow({ intraOpThreads: options.threads });
  if (!tensorFlow.ok) return failure(failed(tensorFlow.failure));
  const tf = tensorFlow.value;
  useReluGradientKernels(tf);
  const { work: scratch } = paths;
  const model = await startingModel(tf, start, { ...options, weightsFile: weights.value, scratch, log: watcher.log });
  if (!model.ok) return failure(badInput(model.failure));
  const rateFactors = prepareFineTuning(model.value, options);
  if (rateFactors.ok) return success({ tf, model: model.value, rateFactors: rateFactors.value });
  model.value.dispose();
  return failure(badInput(rateFactors.failure));
}

/** Without a GPU all slices are computed on the CPU, which is of use for comparing results alone. */
function devicesOf(tf: TensorFlow, towers: number): string[] {
  if (towers === 1) return [''];
  const { isUsingGpuDevice } = nodeBackend(tf);
  return Array.from({ length: towers }, (_, index) => (isUsingGpuDevice ? `/device:GPU:${index}` : '/device:CPU:0'));
}
