import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { readJsonFile } from '../../shared/json-file.ts';
import { failure, type Problem, problem, type Result, success } from '../../shared/problem.ts';
import type { FromSchema } from '../../shared/schema-type.ts';
import { reasonOf } from '../../shared/wording.ts';
import { FITS, INTERPOLATIONS } from '../data/images/resizing.ts';
import { LABEL_KINDS } from '../data/tables/label-kind.ts';
import type { Heads, HeadTask } from '../heads/head.ts';
import { defaultHead, headOf } from '../heads/index.ts';
import type { TensorFlow } from '../tensorflow/load.ts';
import type { Backbones } from './backbones/backbone.ts';
import { backbones as builtIn } from './backbones/index.ts';
import { findNonFiniteWeight } from './finite-weights.ts';
import { layerDifferences } from './layer-differences.ts';
import { type LayerJson, replaceCustomLayers, replaceCustomWeight } from './layers/replace-custom-layers.ts';
import { summarize } from './picture/summarize.ts';
import { readSavedModel, TOPOLOGY_FILE } from './saved-model-file.ts';

export const FACTS_FILE = 'pipeline.json';
const SUMMARY_FILE = 'summary.txt';
const RETRAIN = 'Rerun the stage that trained the model.';

const factsSchema = {
  type: 'object',
  required: ['version', 'backbone', 'height', 'width', 'fit', 'interpolation', 'tasks', 'epochs', 'steps', 'loss'],
  properties: {
    version: { const: 2 },
    backbone: { type: 'string' },
    height: { type: 'integer', minimum: 1 },
    width: { type: 'integer', minimum: 1 },
    fit: { enum: FITS },
    interpolation: { enum: INTERPOLATIONS },
    tasks: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['name', 'classes'],
        properties: {
          name: { type: 'string' },
          kind: { enum: LABEL_KINDS },
          classes: { type: 'integer', minimum: 1 },
          class_names: { type: 'array', items: { type: 'string' } },
          head: { type: 'string' },
          fitted: {
            type: 'object',
            additionalProperties: { type: 'array', items: { type: 'number' } },
          },
        },
      },
    },
    epochs: { type: 'integer', minimum: 0 },
    steps: { type: 'integer', minimum: 0 },
    loss: {
      type: 'object',
      required: ['label_smoothing', 'l2_penalty'],
      properties: { label_smoothing: { type: 'number' }, l2_penalty: { type: 'number' } },
    },
  },
} as const;

/**
 * What a saved model was built from, how the images that it was trained on were resized, the total number of epochs and
 * steps that it was trained for, and what its loss has besides the losses of its heads. A task without a `head` has the default
 * one of its kind.
 */
export type ModelFacts = Omit<FromSchema<typeof factsSchema>, 'tasks'> & { readonly tasks: readonly HeadTask[] };

/**
 * Saves a model to a directory: `model.json` and `weights.bin` in the format of TensorFlow.js' `LayersModel`, which any
 * TensorFlow.js loads, the facts in `pipeline.json`, and a table of the layers in `summary.txt`.
 */
export async function saveModel(
  tf: TensorFlow,
  model: LayersModel,
  facts: ModelFacts,
  directory: string,
): Promise<void> {
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      const topology = artifacts.modelTopology as { readonly config: { readonly layers: readonly LayerJson[] } };
      const config = { ...topology.config, layers: replaceCustomLayers(topology.config.layers) };
      const files = tf.io.fileSystem(directory);
      if (files.save === undefined) throw new Error('TensorFlow.js has no save handler for files.');
      const savedAs = new Map(replacedWeights(model).map(({ weight, name, shape }) => [weight, { name, shape }]));
      const weightSpecs = (artifacts.weightSpecs ?? []).map((spec) => ({ ...spec, ...savedAs.get(spec.name) }));
      return files.save({ ...artifacts, modelTopology: { ...topology, config }, weightSpecs });
    }),
  );
  await writeFile(path.join(directory, SUMMARY_FILE), summarize(model));
  await writeFile(path.join(directory, FACTS_FILE), `${JSON.stringify(facts, undefined, 2)}\n`);
}

/**
 * Reads the facts about a saved model; a problem if they are missing or invalid, or if its backbone is none of these,
 * or the head of a task neither built in nor the one of these.
 */
export async function readModelFacts(
  directory: string,
  backbones: Backbones = builtIn,
  heads: Heads = {},
): Promise<Result<ModelFacts>> {
  const file = path.join(directory, FACTS_FILE);
  const facts = await readJsonFile<ModelFacts>(file, factsSchema, {
    unreadable: 'cannot read the facts about the model',
    misshapen: 'invalid facts about the model',
    called: 'model',
    advice: RETRAIN,
  });
  if (!facts.ok) return facts;
  const { backbone, tasks } = facts.value;
  const problems = tasks.flatMap((task) => [...classProblem(task, file), ...headProblem(task, heads, file)]);
  if (!Object.hasOwn(backbones, backbone)) {
    const given = Object.keys(backbones).join(', ');
    const advice = `Given are ${given}. Give the same ones as to the training: { backbones: { … } }.`;
    const message = `the model has the backbone "${backbone}", which is not given here`;
    problems.unshift({ message, at: { file }, advice });
  }
  return problems.length > 0 ? failure(problems) : facts;
}

/** Answers are read by the names of the classes, so each class needs one of its own. */
function classProblem({ name, kind, classes, class_names: names }: HeadTask, file: string): Problem[] {
  if (names === undefined || (new Set(names).size === names.length && names.length === classes)) return [];
  const what = kind === 'numbers' ? 'numbers' : 'classes';
  const message = `the task "${name}" has ${classes} ${what}, but ${new Set(names).size} different names of them`;
  return [{ message, at: { file }, advice: 'Give each a name of its own in "class_names", or rerun the stage.' }];
}

function headProblem(task: HeadTask, heads: Heads, file: string): Problem[] {
  const { name, head = defaultHead(task) } = task;
  const given = Object.hasOwn(heads, name) ? heads[name] : undefined;
  if (given !== undefined && given.name !== head) {
    const message = `the model has the head "${head}" for the task "${name}", but "${given.name}" is given here`;
    return [{ message, at: { file }, advice: 'Give the same heads as to the training.' }];
  }
  if (headOf(task, heads) !== undefined) return [];
  const message = `the model has the head "${head}" for the task "${name}", which is not given here`;
  return [{ message, at: { file }, advice: `Give the same one as to the training: { heads: { ${name}: … } }.` }];
}

/** Returns the weights that have another name in a saved model: both names with the layer's, and both shapes. */
function replacedWeights(model: LayersModel) {
  return model.layers.flatMap((layer) =>
    layer.weights.flatMap(({ originalName: weight, shape }) => {
      const given = shape.map((size) => size ?? 0);
      const replaced = replaceCustomWeight(layer.getClassName(), {
        name: weight.slice(layer.name.length + 1),
        shape: given,
      });
      const name = `${layer.name}/${replaced.name}`;
      return name === weight ? [] : [{ weight, given, name, shape: replaced.shape }];
    }),
  );
}

function nonFiniteProblem(model: LayersModel, file: string) {
  const found = findNonFiniteWeight(model);
  if (found === undefined) return undefined;
  return problem(`the weights of the model are unusable: ${found}`, { at: { file }, advice: RETRAIN });
}

/**
 * Loads the weights of a saved model into a newly built one, matched by name and shape; a problem if they differ, or if
 * other layers do.
 */
export async function loadWeightsInto(tf: TensorFlow, model: LayersModel, directory: string): Promise<Result<void>> {
  const file = path.join(directory, TOPOLOGY_FILE);
  const saved = readSavedModel(directory);
  if (!saved.ok) return saved;
  const { modelTopology, weightData, weightSpecs } = saved.value;
  const mismatch = (what: string, reason: string) =>
    problem(`the ${what} do not match the current version of the backbone "${model.name}": ${reason}`, {
      at: { file },
      advice: RETRAIN,
    });
  try {
    tf.tidy(() => {
      const weights = tf.io.decodeWeights(weightData, weightSpecs);
      for (const { weight, name, given } of replacedWeights(model)) {
        const { [name]: saved } = weights;
        if (saved === undefined) continue;
        delete weights[name];
        weights[weight] = tf.reshape(saved, given);
      }
      model.loadWeights(weights);
    });
  } catch (error) {
    return mismatch('weights', reasonOf(error));
  }
  const differences = layerDifferences(modelTopology, model);
  if (differences.length > 0) return mismatch('layers', differences.join('; '));
  return nonFiniteProblem(model, file) ?? success(undefined);
}
