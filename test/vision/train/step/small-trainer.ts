import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { headLayout } from '../../../../src/vision/heads/head-layout.ts';
import { buildClassifier } from '../../../../src/vision/models/classifier.ts';
import { affine } from '../../../../src/vision/train/augmentations/affine.ts';
import { adam } from '../../../../src/vision/train/optimizers/adam.ts';
import { prepareFineTuning } from '../../../../src/vision/train/start/fine-tuning.ts';
import { createTrainer } from '../../../../src/vision/train/step/create-trainer.ts';
import type { ExecutionMode } from '../../../../src/vision/train/step/execution-mode.ts';
import type { Trainer, TrainerOptions } from '../../../../src/vision/train/step/trainer.ts';
import { classLabels } from '../../../support/class-labels.ts';
import { unwrap } from '../../../support/result.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

export const tf = await tensorFlow();

export const SIZE = 32;
export const IMAGE = SIZE * SIZE * 3;
const tasks = [
  { name: 'colour', classes: 3 },
  { name: 'shade', classes: 2 },
];
const layout = headLayout(tasks);

/** Returns labels of these tasks, one for each sample. */
export const labelsOf = (samples: Iterable<readonly [task: number, classIndex: number]>) => classLabels(tasks, samples);

/** Six uniform grey images; a brighter image has a higher class of the task `colour`. */
export const images = Uint8Array.from({ length: 6 * IMAGE }, (_, at) => (Math.floor(at / IMAGE) % 3) * 120);

/** Returns the position of a step, of which `accumulate` with batches of the same size belong to an update. */
export const positionOf = (step: number, accumulate = 1) => ({
  ...{ seed: 2018, step, updates: Math.floor(step / accumulate) },
  group: { share: 1 / accumulate, isLast: (step + 1) % accumulate === 0 },
});

/** Returns the Euclidean distance between two sets of weights. */
export function distance(one: readonly Float32Array[], other: readonly Float32Array[]): number {
  const squares = one.map((values, index) =>
    values.reduce((sum, value, at) => sum + (value - (other[index]?.[at] ?? 0)) ** 2, 0),
  );
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
}

export function modelOf(size: number, dropout = 0.2): LayersModel {
  return buildClassifier(tf, { backbone: 'small-cnn', height: size, width: size, tasks }, { dropout, seed: 1 });
}

/** The options of a test that differ from the defaults below. */
export interface Options extends Partial<Omit<TrainerOptions, 'rateFactors'>> {
  readonly freeze?: string;
  /** Factors on the learning rate, by layer. */
  readonly factors?: Readonly<Record<string, number>>;
}

export async function setUp(mode: ExecutionMode, more: Options = {}): Promise<Trainer> {
  const model = more.model ?? modelOf(more.height ?? SIZE);
  const rateFactors = unwrap(prepareFineTuning(model, { freeze: more.freeze, rateFactors: more.factors ?? {} }));
  return createTrainer(tf, mode, {
    model,
    height: SIZE,
    width: SIZE,
    layout,
    optimizer: adam(),
    augmentations: [affine()],
    batchSizes: { training: [6, 2], prediction: 6 },
    ...more,
    rateFactors,
  });
}
