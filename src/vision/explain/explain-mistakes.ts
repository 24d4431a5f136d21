import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { LayersModel, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { badInput, failed, type Progress, type StageFailure } from '../../index.ts';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import { openShards, type ShardSet } from '../data/shards/shards.ts';
import { type EvaluatedSample, readPredictedSamples } from '../evaluate/samples-table.ts';
import type { Heads } from '../heads/head.ts';
import type { Backbones } from '../models/backbones/backbone.ts';
import { buildClassifier } from '../models/classifier.ts';
import { loadWeightsInto, type ModelFacts, readModelFacts } from '../models/saved-model.ts';
import { loadTensorFlow, type TensorFlow } from '../tensorflow/load.ts';
import { EXPLANATIONS_FILE, type Explanation } from './explanation.ts';
import { gradCam } from './grad-cam.ts';
import { heatPicture } from './heat-picture.ts';

export interface ExplainPaths {
  /** Input: the directory of the shards. */
  readonly shards: string;
  /** Input: the samples of an evaluation. */
  readonly samples: string;
  /** Input: the directory of a saved model. */
  readonly model: string;
  /** Output: a folder. */
  readonly explanations: string;
}

export interface ExplainOptions {
  /** The number of samples at most. */
  readonly count: number;
  readonly threads: number;
  /** The backbones that the model may have; the built-in ones by default. */
  readonly backbones?: Backbones | undefined;
  /** The heads that it may have besides the built-in ones, by task. */
  readonly heads?: Heads | undefined;
  onProgress(progress: Progress): void;
}

/**
 * Draws, for the wrong predictions with the largest loss, where the image speaks for the predicted and for the true class.
 *
 * @returns the number of samples; a `bad-input` failure if shards, samples and model do not fit together; a `failed` one if
 *   TensorFlow or the weights cannot be loaded.
 */
export async function explainMistakes(
  paths: ExplainPaths,
  options: ExplainOptions,
): Promise<Result<number, StageFailure>> {
  const samples = await readPredictedSamples(paths.samples);
  if (!samples.ok) return failure(badInput(samples.failure));
  const facts = await readModelFacts(paths.model, options.backbones, options.heads);
  if (!facts.ok) return failure(badInput(facts.failure));
  const shards = await openShards(paths.shards);
  if (!shards.ok) return failure(badInput(shards.failure));
  try {
    const problems = mismatches(facts.value, shards.value, samples.value, paths);
    if (problems.length > 0) return failure(badInput(problems));
    const mistakes = samples.value.filter(({ predicted, truth }) => predicted !== truth);
    const worst = mistakes.sort((a, b) => b.loss - a.loss).slice(0, options.count);
    return await drawAll(worst, shards.value, facts.value, paths, options);
  } finally {
    await shards.value.close();
  }
}

async function drawAll(
  samples: readonly EvaluatedSample[],
  shards: ShardSet,
  facts: ModelFacts,
  paths: ExplainPaths,
  { threads, onProgress, backbones, heads }: ExplainOptions,
): Promise<Result<number, StageFailure>> {
  const tensorFlow = await loadTensorFlow({ intraOpThreads: threads });
  if (!tensorFlow.ok) return failure(failed(tensorFlow.failure));
  const tf = tensorFlow.value;
  const model = buildClassifier(tf, facts, { dropout: 0, seed: 0, backbones, heads });
  const loaded = await loadWeightsInto(tf, model, paths.model);
  if (!loaded.ok) return failure(badInput(loaded.failure));
  await mkdir(paths.explanations, { recursive: true });
  const explained: Explanation[] = [];
  for (const [number, sample] of samples.entries()) {
    const row = shards.rowOf(sample.file);
    const pixels = new Uint8Array(facts.height * facts.width * 3);
    const read = row === undefined ? undefined : await shards.readRows([row], pixels);
    if (read?.ok === false) return failure(failed(read.failure));
    const maps = mapsOf(tf, model, pixels, facts, sample);
    const name = String(number).padStart(3, '0');
    const pictures = { image: `${name}.webp`, predicted: `${name}-predicted.webp`, truth: `${name}-true.webp` };
    for (const [file, map] of [
      [pictures.image, undefined],
      [pictures.predicted, maps[0]],
      [pictures.truth, maps[1]],
    ] as const) {
      await writeFile(path.join(paths.explanations, file), await heatPicture(pixels, map, facts));
    }
    const { file, task, truth, predicted } = sample;
    explained.push({ file, task, truth, predicted, pictures });
    onProgress({ done: number + 1, total: samples.length, unit: 'images' });
  }
  model.dispose();
  const list = `${JSON.stringify({ explanations: explained }, undefined, 2)}\n`;
  await writeFile(path.join(paths.explanations, EXPLANATIONS_FILE), list);
  return success(explained.length);
}

/** Returns the maps for the predicted and for the true class, float32 `[height, width]`. */
function mapsOf(
  tf: TensorFlow,
  model: LayersModel,
  pixels: Uint8Array,
  { height, width }: ModelFacts,
  { task, predicted, truth }: EvaluatedSample,
): readonly Float32Array[] {
  return tf.tidy(() => {
    const image: Tensor4D = tf.tensor4d(Float32Array.from(pixels), [1, height, width, 3]);
    const classes = [predicted, truth].map((label) => ({ task, label }));
    return gradCam(tf, model, image, classes).map((map) => map.dataSync<'float32'>());
  });
}

function mismatches(
  { height, width, tasks }: ModelFacts,
  shards: ShardSet,
  samples: readonly EvaluatedSample[],
  paths: ExplainPaths,
): readonly Problem[] {
  const problems: Problem[] = [];
  if (height !== shards.height || width !== shards.width) {
    problems.push({
      message: `the model expects images of ${width}×${height} pixels, got ${shards.width}×${shards.height}`,
      at: { file: paths.model },
      advice: 'Give the shards that the model was trained on.',
    });
  }
  const advice = 'Give the samples of an evaluation of this model on these shards.';
  const unknown = samples.find(({ task, truth, predicted }) => {
    const classes = tasks.find(({ name }) => name === task)?.classes ?? 0;
    return truth >= classes || predicted >= classes;
  });
  if (unknown !== undefined) {
    const message = `the samples have the task "${unknown.task}" with classes that the model does not have`;
    problems.push({ message, at: { file: paths.samples }, advice });
  }
  const missing = samples.find(({ file }) => shards.rowOf(file) === undefined);
  if (missing !== undefined) {
    const message = `the shards do not have the image "${missing.file}"`;
    problems.push({ message, at: { file: paths.samples }, advice });
  }
  return problems;
}
