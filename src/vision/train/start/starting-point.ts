import path from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { failure, type Problem, problem, type Result, success } from '../../../shared/problem.ts';
import { type LoadedWeights, loadKerasWeights } from '../../keras/load-weights.ts';
import { type BackboneName, backboneNames, backbones } from '../../models/backbones/index.ts';
import { buildClassifier } from '../../models/classifier.ts';
import type { TaskClasses } from '../../models/heads.ts';
import { loadWeightsInto, type ModelFacts, readModelFacts } from '../../models/saved-model.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { type WeightsSource, weightsSource } from './initial-weights.ts';

/** What a training starts from. */
export interface StartingPoint {
  readonly facts: ModelFacts;
  /** The saved model that gives the weights; without it and without `initial` they are drawn. */
  readonly weightsFrom?: string | undefined;
  /** Weights for the backbone, or for all of it, that Keras has saved. */
  readonly initial?: WeightsSource | undefined;
}

export interface StartingPointOptions {
  /** The directory of a saved model whose training goes on. */
  readonly model?: string | undefined;
  /** `none`, `imagenet`, or where a file is that Keras has written, with its digest. */
  readonly weights: string;
  /** A file that Keras has written, as an input. */
  readonly weightsFile?: string | undefined;
  /** A saved model brings its own. */
  readonly backbone?: BackboneName | undefined;
  /** Of the images, in pixels. */
  readonly height: number;
  readonly width: number;
  readonly tasks: readonly TaskClasses[];
}

/** Checks that saved model, backbone and data agree, without loading TensorFlow. */
export async function findStartingPoint(options: StartingPointOptions): Promise<Result<StartingPoint>> {
  const { model, height, width } = options;
  const tasks = options.tasks.map(({ name, classes }) => ({ name, classes }));
  const saved = model === undefined ? undefined : await readModelFacts(model);
  if (saved?.ok === false) return saved;
  const backbone = options.backbone ?? saved?.value.backbone;
  if (backbone === undefined) {
    return problem('neither the param «backbone» nor the input «model» says what to train', {
      advice: `Set backbone to one of ${backboneNames.join(', ')}, or connect the input model.`,
    });
  }
  const initial = initialWeights(options, backbone);
  const problems = [
    ...(initial.ok ? [] : initial.failure),
    ...sizeProblems(backbone, { height, width }),
    ...(saved === undefined ? [] : contradictions(saved.value, { backbone, tasks })),
  ].map((found) => (model === undefined ? found : { ...found, at: { file: model } }));
  if (!initial.ok || problems.length > 0) return failure(problems);
  const { epochs, steps } = saved?.value ?? { epochs: 0, steps: 0 };
  return success({
    facts: { version: 1, backbone, height, width, tasks, epochs, steps },
    weightsFrom: model,
    initial: initial.value,
  });
}

function initialWeights(
  { model, weights, weightsFile }: StartingPointOptions,
  backbone: BackboneName,
): Result<WeightsSource | undefined> {
  const given = [
    ...(model === undefined ? [] : ['the input «model»']),
    ...(weightsFile === undefined ? [] : ['the input «weights»']),
    ...(weights === 'none' ? [] : ['the param «weights»']),
  ];
  if (given.length > 1) {
    return problem(`both ${given.join(' and ')} say which weights to start from`, { advice: 'Leave all but one out.' });
  }
  return weightsFile === undefined ? weightsSource(weights, backbone) : success({ kind: 'input', path: weightsFile });
}

export interface StartingModelOptions {
  readonly dropout: number;
  readonly seed: number;
  /** The file of the weights that Keras has saved, if there are to be some. */
  readonly weightsFile?: string | undefined;
  /** A folder for what is needed meanwhile. */
  readonly scratch: string;
  log(message: string): void;
}

/** Builds the model and gives it its weights. */
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
      ? await loadInitialWeights(tf, model, facts, options)
      : await loadWeightsInto(tf, model, weightsFrom);
  if (loaded.ok) return success(model);
  model.dispose();
  return loaded;
}

function build(tf: TensorFlow, facts: ModelFacts, options: StartingModelOptions): Result<LayersModel> {
  try {
    return success(buildClassifier(tf, facts, options));
  } catch (error) {
    const [, name] = /The name "(.*)" is used \d+ times in the model/.exec(String(error)) ?? [];
    if (name === undefined) throw error;
    return problem(`a task is named «${name}», as a layer of «${facts.backbone}» is`, {
      advice: 'Give the task another name in the label file: its head is named after it.',
    });
  }
}

async function loadInitialWeights(
  tf: TensorFlow,
  model: LayersModel,
  { tasks }: ModelFacts,
  { weightsFile, scratch, log }: StartingModelOptions,
): Promise<Result<void>> {
  if (weightsFile === undefined) return success(undefined);
  const heads = tasks.map(({ name }) => name);
  const loaded = await loadKerasWeights(tf, model, weightsFile, { heads, scratch });
  if (!loaded.ok) return loaded;
  log(`weights of ${path.basename(weightsFile)}; ${describeHeads(loaded.value)}`);
  return success(undefined);
}

/** `the heads too`, or `new heads colour, shade: the file has no layer of that name`. */
function describeHeads({ left }: LoadedWeights): string {
  if (left.length === 0) return 'the heads too';
  const reasons = [...new Set(left.map(({ because }) => because))];
  return reasons
    .map((reason) => {
      const heads = left.filter(({ because }) => because === reason).map(({ head }) => head);
      return `new heads ${heads.join(', ')}: ${reason}`;
    })
    .join('; ');
}

function sizeProblems(backbone: BackboneName, { height, width }: { readonly height: number; readonly width: number }) {
  const { minimalSize } = backbones[backbone];
  if (Math.min(height, width) >= minimalSize) return [];
  return [
    {
      message: `«${backbone}» takes images from ${minimalSize}×${minimalSize} pixels on, but these have ${width}×${height}`,
      advice: 'Resize the images to more pixels, or take another backbone.',
    },
  ];
}

function contradictions(
  saved: ModelFacts,
  { backbone, tasks }: { readonly backbone: BackboneName; readonly tasks: readonly TaskClasses[] },
): Problem[] {
  const problems: Problem[] = [];
  if (backbone !== saved.backbone) {
    problems.push({
      message: `the param «backbone» is «${backbone}», but the model has «${saved.backbone}»`,
      advice: 'Leave backbone out: the model brings its own.',
    });
  }
  const [wanted, known] = [describeTasks(tasks), describeTasks(saved.tasks)];
  if (wanted !== known) {
    problems.push({
      message: `the model was trained for other tasks: ${known} instead of ${wanted}`,
      advice: 'Train a model for these tasks from the start, without the input model.',
    });
  }
  return problems;
}

/** `coat_length (8), neck_design (5)`. */
export function describeTasks(tasks: readonly TaskClasses[]): string {
  return tasks.map(({ name, classes }) => `${name} (${classes})`).join(', ');
}
