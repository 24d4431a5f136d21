import path from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { failure, type Problem, problem, type Result, success } from '../../../shared/problem.ts';
import type { Resizing } from '../../data/images/resizing.ts';
import { describeTasks } from '../../heads/describe-tasks.ts';
import type { Heads, HeadTask } from '../../heads/head.ts';
import { InvalidHead } from '../../heads/invalid-head.ts';
import { type LoadedWeights, loadKerasWeights } from '../../keras/load-weights.ts';
import type { Backbones } from '../../models/backbones/backbone.ts';
import { backbones as builtIn } from '../../models/backbones/index.ts';
import {
  type Architecture,
  buildClassifier,
  type ClassifierOptions,
  InvalidBackbone,
} from '../../models/classifier.ts';
import { DROPOUT_LAYER } from '../../models/heads.ts';
import { loadWeightsInto, type ModelFacts, readModelFacts } from '../../models/saved-model.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { type WeightsSource, weightsSource } from './initial-weights.ts';
import { withHeads } from './task-heads.ts';

/** What a training run starts from. */
export interface StartingPoint {
  readonly facts: Omit<ModelFacts, 'loss'>;
  /** The directory of the saved model to take the weights from. Without it and without `initial` they are random. */
  readonly weightsFrom?: string | undefined;
  /** Weights saved by Keras, for the backbone or for the whole model. */
  readonly initial?: WeightsSource | undefined;
}

export interface StartingPointOptions {
  /** The directory of a saved model to continue training. */
  readonly model?: string | undefined;
  /** `none`, `imagenet`, or the path or URL of a file saved by Keras, with its digest. */
  readonly weights: string;
  /** The path of a file saved by Keras that is an input of the stage. */
  readonly weightsFile?: string | undefined;
  /** Optional if a saved model is given, which has its own. */
  readonly backbone?: string | undefined;
  /** The backbones that there are; the built-in ones by default. */
  readonly backbones?: Backbones | undefined;
  /** The size of the images, in pixels. */
  readonly height: number;
  readonly width: number;
  readonly resizing: Resizing;
  readonly tasks: readonly HeadTask[];
  /** Heads besides those that tasks have by default, by task. */
  readonly heads?: Heads | undefined;
  /** Returns the labels that the training split has for a task. */
  readonly labelsOf: (task: number) => readonly string[];
}

/** Checks that saved model, backbone and data match, without loading TensorFlow. */
export async function findStartingPoint(options: StartingPointOptions): Promise<Result<StartingPoint>> {
  const { model, height, width, resizing, backbones = builtIn } = options;
  const saved = model === undefined ? undefined : await readModelFacts(model, backbones, options.heads);
  if (saved?.ok === false) return saved;
  const tasks = withHeads(options.tasks, { ...options, saved: saved?.value.tasks });
  const backbone = options.backbone ?? saved?.value.backbone;
  if (backbone === undefined) {
    return problem('neither the param "backbone" nor the input "model" is given', {
      advice: `Set backbone to one of ${Object.keys(backbones).join(', ')}, or connect the input "model".`,
    });
  }
  const initial = initialWeights({ ...options, backbones }, backbone);
  const problems = [
    ...(initial.ok ? [] : initial.failure),
    ...sizeProblems(backbone, backbones, { height, width }),
    ...(saved === undefined ? [] : mismatches(saved.value, { backbone, tasks: options.tasks })),
  ].map((found) => (model === undefined ? found : { ...found, at: { file: model } }));
  if (!tasks.ok) problems.push(...tasks.failure);
  if (!initial.ok || !tasks.ok || problems.length > 0) return failure(problems);
  const { epochs, steps } = saved?.value ?? { epochs: 0, steps: 0 };
  return success({
    facts: { version: 2, backbone, height, width, ...resizing, tasks: tasks.value, epochs, steps },
    weightsFrom: model,
    initial: initial.value,
  });
}

function initialWeights(
  { model, weights, weightsFile, backbones }: StartingPointOptions & { readonly backbones: Backbones },
  backbone: string,
): Result<WeightsSource | undefined> {
  const given = [
    ...(model === undefined ? [] : ['the input "model"']),
    ...(weightsFile === undefined ? [] : ['the input "weights"']),
    ...(weights === 'none' ? [] : ['the param "weights"']),
  ];
  if (given.length > 1) {
    return problem(`the initial weights are given more than once: by ${given.join(' and ')}`, {
      advice: 'Keep one of them.',
    });
  }
  return weightsFile === undefined
    ? weightsSource(weights, backbone, backbones)
    : success({ kind: 'input', path: weightsFile });
}

export interface StartingModelOptions extends ClassifierOptions {
  /** The file saved by Keras to load weights from, if any. */
  readonly weightsFile?: string | undefined;
  /** A folder for temporary files. */
  readonly scratch: string;
  log(message: string): void;
}

/** Builds the model and loads its initial weights. The caller disposes of the model. */
export async function startingModel(
  tf: TensorFlow,
  { facts, weightsFrom }: StartingPoint,
  options: StartingModelOptions,
): Promise<Result<LayersModel>> {
  const built = build(tf, facts, options);
  if (!built.ok) return built;
  const model = built.value;
  const loaded =
    weightsFrom === undefined
      ? await loadInitialWeights(tf, model, options)
      : await loadWeightsInto(tf, model, weightsFrom);
  if (loaded.ok) return success(model);
  model.dispose();
  return loaded;
}

function build(tf: TensorFlow, facts: Architecture, options: StartingModelOptions): Result<LayersModel> {
  try {
    return success(buildClassifier(tf, facts, options));
  } catch (error) {
    if (error instanceof InvalidBackbone)
      return problem(error.message, { advice: 'Return the output of its last layer from "build".' });
    if (error instanceof InvalidHead) return failure([error.problem]);
    const [, name] = /The name "(.*)" is used \d+ times in the model/.exec(String(error)) ?? [];
    if (name === undefined) throw error;
    if (!facts.tasks.some((task) => task.name === name)) {
      return problem(`the backbone "${facts.backbone}" has several layers with the name "${name}"`, {
        advice: 'Give each of its layers a name of its own.',
      });
    }
    return problem(`a task has the same name as a layer of the backbone "${facts.backbone}": "${name}"`, {
      advice: 'Rename the task in the label file: its head is a layer of that name.',
    });
  }
}

async function loadInitialWeights(
  tf: TensorFlow,
  model: LayersModel,
  { weightsFile, scratch, log }: StartingModelOptions,
): Promise<Result<void>> {
  if (weightsFile === undefined) return success(undefined);
  const names = model.layers.map(({ name }) => name);
  const heads = names.slice(names.indexOf(DROPOUT_LAYER) + 1);
  const loaded = await loadKerasWeights(tf, model, weightsFile, { heads, scratch });
  if (!loaded.ok) return loaded;
  log(`loaded weights from ${path.basename(weightsFile)}; ${describeHeads(loaded.value)}`);
  return success(undefined);
}

/** Returns `heads included`, or `new heads colour, shade (the file has no layer of that name)`. */
function describeHeads({ skippedHeads }: LoadedWeights): string {
  if (skippedHeads.length === 0) return 'heads included';
  const reasons = [...new Set(skippedHeads.map(({ reason }) => reason))];
  return reasons
    .map((shared) => {
      const heads = skippedHeads.filter(({ reason }) => reason === shared).map(({ head }) => head);
      return `new heads ${heads.join(', ')} (${shared})`;
    })
    .join('; ');
}

function sizeProblems(
  backbone: string,
  backbones: Backbones,
  { height, width }: { readonly height: number; readonly width: number },
) {
  const minSize = backbones[backbone]?.minSize ?? 1;
  if (Math.min(height, width) >= minSize) return [];
  return [
    {
      message: `the backbone "${backbone}" needs images of at least ${minSize}×${minSize} pixels, got ${width}×${height}`,
      advice: 'Resize the images to a larger size, or use another backbone.',
    },
  ];
}

function mismatches(
  saved: ModelFacts,
  { backbone, tasks }: { readonly backbone: string; readonly tasks: readonly HeadTask[] },
): Problem[] {
  const problems: Problem[] = [];
  if (backbone !== saved.backbone) {
    problems.push({
      message: `the param "backbone" is "${backbone}", but the input "model" has the backbone "${saved.backbone}"`,
      advice: 'Remove backbone: the model has its own.',
    });
  }
  const [expected, found] = [describeTasks(tasks), describeTasks(saved.tasks)];
  if (expected !== found) {
    problems.push({
      message: `the model was trained for the tasks ${found}, but the targets have ${expected}`,
      advice: 'Train a model for these tasks without the input "model".',
    });
  }
  return problems;
}
