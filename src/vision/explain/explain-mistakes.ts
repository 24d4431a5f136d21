import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { LayersModel, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { badInput, failed, type Progress, type StageFailure } from '../../index.ts';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import { openShards, type ShardSet } from '../data/shards/shards.ts';
import { type EvaluatedSample, isMistake, readPredictedSamples } from '../evaluate/samples-table.ts';
import type { Heads } from '../heads/head.ts';
import { headLayout } from '../heads/head-layout.ts';
import { headProblems } from '../heads/invalid-head.ts';
import { withCheckedCode } from '../invalid-module-code.ts';
import type { Backbones } from '../models/backbones/backbone.ts';
import { buildClassifier } from '../models/classifier.ts';
import { loadWeightsInto, type ModelFacts, readModelFacts } from '../models/saved-model.ts';
import { loadTensorFlow, type TensorFlow } from '../tensorflow/load.ts';
import { type ClassScore, classScore } from './class-score.ts';
import { EXPLANATIONS_FILE, type Explanation } from './explanation.ts';
import { gradCam } from './grad-cam.ts';
import { heatPicture } from './heat-picture.ts';
import { wrongClasses } from './wrong-classes.ts';

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
  log(line: string): void;
}

/**
 * Draws, for the wrong predictions with the largest loss, where the image speaks for the predicted and for the true class.
 *
 * @returns the number of samples; a `bad-input` failure if shards, samples and model do not fit together; a `failed` one if
 *   TensorFlow or the weights cannot be loaded.
 */
export function explainMistakes(paths: ExplainPaths, options: ExplainOptions): Promise<Result<number, StageFailure>> {
  return withCheckedCode(headProblems(options.heads), () => explain(paths, options));
}

async function explain(paths: ExplainPaths, options: ExplainOptions): Promise<Result<number, StageFailure>> {
  const samples = await readPredictedSamples(paths.samples);
  if (!samples.ok) return failure(badInput(samples.failure));
  const facts = await readModelFacts(paths.model, options.backbones, options.heads);
  if (!facts.ok) return failure(badInput(facts.failure));
  const shards = await openShards(paths.shards);
  if (!shards.ok) return failure(badInput(shards.failure));
  try {
    const problems = mismatches(facts.value, shards.value, samples.value, paths);
    if (problems.length > 0) return failure(badInput(problems));
    const scores = scoresByTask(facts.value, options);
    const mistakes = samples.value.filter((sample) => isMistake(sample) === true && scores.has(sample.task));
    const worst = mistakes.sort((a, b) => b.loss - a.loss).slice(0, options.count);
    return await drawAll(worst, shards.value, facts.value, scores, paths, options);
  } finally {
    await shards.value.close();
  }
}

async function drawAll(
  samples: readonly EvaluatedSample[],
  shards: ShardSet,
  facts: ModelFacts,
  scores: ReadonlyMap<string, ClassScore>,
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
    const { predicted, truth } = wrongClasses(sample);
    const name = String(number).padStart(3, '0');
    const picture = async (file: string, label?: number) => {
      const map =
        label === undefined ? undefined : mapOf(tf, model, pixels, facts, { task: sample.task, label, scores });
      await writeFile(path.join(paths.explanations, file), await heatPicture(pixels, map, facts));
      return file;
    };
    const { file, task } = sample;
    explained.push({
      file,
      task,
      ...(truth !== undefined && { truth }),
      ...(predicted !== undefined && { predicted }),
      pictures: {
        image: await picture(`${name}.webp`),
        ...(predicted !== undefined && { predicted: await picture(`${name}-predicted.webp`, predicted) }),
        ...(truth !== undefined && { truth: await picture(`${name}-true.webp`, truth) }),
      },
    });
    onProgress({ done: number + 1, total: samples.length, unit: 'images' });
  }
  model.dispose();
  const list = `${JSON.stringify({ explanations: explained }, undefined, 2)}\n`;
  await writeFile(path.join(paths.explanations, EXPLANATIONS_FILE), list);
  return success(explained.length);
}

/** Returns how the heads that can be explained speak for a class, by task. */
function scoresByTask({ tasks }: ModelFacts, { heads, log }: ExplainOptions): ReadonlyMap<string, ClassScore> {
  const layout = headLayout(tasks, heads);
  const scores = layout.heads.map((placed) => [placed, classScore(placed)] as const);
  for (const [{ task, head }, score] of scores) {
    if (score === undefined && task.kind !== 'numbers')
      log(`the task "${task.name}" is not explained: its head "${head.name}" has no column for each class`);
  }
  return new Map(scores.flatMap(([{ task }, score]) => (score === undefined ? [] : [[task.name, score] as const])));
}

interface Explained {
  readonly task: string;
  readonly label: number;
  readonly scores: ReadonlyMap<string, ClassScore>;
}

/** Returns the map for a class, float32 `[height, width]`. */
function mapOf(
  tf: TensorFlow,
  model: LayersModel,
  pixels: Uint8Array,
  { height, width }: ModelFacts,
  { task, label, scores }: Explained,
): Float32Array | undefined {
  const score = scores.get(task);
  return tf.tidy(() => {
    const image: Tensor4D = tf.tensor4d(Float32Array.from(pixels), [1, height, width, 3]);
    const [map] = gradCam(tf, model, image, [{ task, label, ...(score && { score }) }]);
    return map?.dataSync<'float32'>();
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
