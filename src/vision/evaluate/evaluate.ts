import { writeFile } from 'node:fs/promises';
import { badInput, type CollectedArtifact, failed, type StageFailure } from '../../index.ts';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import { resizingDifference } from '../data/images/resizing.ts';
import type { EvaluatedSplit } from '../data/tables/task.ts';
import { describeTasks } from '../heads/describe-tasks.ts';
import { headProblems } from '../heads/invalid-head.ts';
import { withCheckedCode } from '../invalid-module-code.ts';
import type { ModelFacts } from '../models/saved-model.ts';
import { loadEnsemble } from '../predict/ensemble.ts';
import { type GivenModel, readGivenModels } from '../predict/given-models.ts';
import type { ModelOptions } from '../predict/model-params.ts';
import { loadTensorFlow } from '../tensorflow/load.ts';
import { withMemoryAdvice } from '../tensorflow/out-of-memory.ts';
import type { TrainingContext } from '../train/loop/fit.ts';
import { type Validation, validate } from '../train/loop/validate.ts';
import { duplicateWarnings, leftOutWarning } from '../train/samples/check-samples.ts';
import { duplicatesIn, type LabelledImages, openLabelledImages } from '../train/samples/labelled-images.ts';
import { batchLoss } from '../train/step/loss.ts';
import { collectPredictions } from './collect-predictions.ts';
import { type Evaluation, toEvaluation } from './evaluation.ts';
import type { BootstrapOptions } from './metrics/bootstrap.ts';
import { writePredictedSamples } from './samples-table.ts';

export interface EvaluatePaths {
  /** Input: the directory of the shards. */
  readonly shards: string;
  /** Input: the Arrow file of the targets. */
  readonly targets: string;
  /** Input: the directories of saved models. */
  readonly models: readonly CollectedArtifact[];
  /** Output: a JSON file. */
  readonly evaluation: string;
  /** Output: an Arrow file with the prediction for each sample. */
  readonly samples: string;
}

export interface EvaluateOptions extends ModelOptions {
  readonly split: EvaluatedSplit;
  readonly bootstrap: BootstrapOptions;
}

/**
 * Evaluates a model, or the mean of several, on a split, and writes the result as JSON and the predictions as an
 * Arrow table.
 *
 * @returns the evaluation; a `bad-input` failure if model and data do not match or the split has no samples; a
 *   `failed` one if TensorFlow or the images cannot be loaded, or memory is exhausted.
 */
export async function evaluate(
  paths: EvaluatePaths,
  options: EvaluateOptions,
  { progress, log }: Pick<TrainingContext, 'progress' | 'log'>,
): Promise<Result<Evaluation, StageFailure>> {
  const data = await openLabelledImages(paths);
  if (!data.ok) return failure(badInput(data.failure));
  const { leftOut } = data.value;
  if (leftOut[options.split] > 0) log(leftOutWarning(leftOut));
  try {
    const evaluation = await withMemoryAdvice(options.batchSize, () =>
      withCheckedCode(headProblems(options.heads), () => evaluateOn(data.value, paths, options, { progress, log })),
    );
    if (evaluation.ok) await writeFile(paths.evaluation, `${JSON.stringify(evaluation.value, undefined, 2)}\n`);
    return evaluation;
  } finally {
    await data.value.shards.close();
  }
}

async function evaluateOn(
  data: LabelledImages,
  paths: EvaluatePaths,
  options: EvaluateOptions,
  { progress, log }: Pick<TrainingContext, 'progress' | 'log'>,
): Promise<Result<Evaluation, StageFailure>> {
  const samples = data.targets.samplesIn(options.split);
  const models = await readGivenModels(paths.models, options);
  if (!models.ok) return failure(badInput(models.failure));
  const problems = [
    ...models.value.flatMap((model) => mismatches(model, data)),
    ...emptySplit(samples, options.split, paths.targets),
  ];
  if (problems.length > 0) return failure(badInput(problems));

  const ensemble = await loadEnsemble(models.value, samples.length, options);
  if (!ensemble.ok) return ensemble;
  const { facts } = models.value[0];
  const { layout } = ensemble.value;
  const predicted = collectPredictions(data.targets, layout);
  const tensorFlow = await loadTensorFlow({ intraOpThreads: options.threads });
  if (!tensorFlow.ok) return failure(failed(tensorFlow.failure));
  const validation = await validate({
    // All models take the images of the shards.
    predictor: { predict: (images, count) => ensemble.value.predict([images], count) },
    data,
    samples,
    batchSize: options.batchSize,
    layout,
    lossOf: batchLoss(tensorFlow.value, layout),
    terms: { labelSmoothing: facts.loss.label_smoothing, l2Penalty: facts.loss.l2_penalty },
    onProgress: (done) => progress({ done, total: samples.length, unit: 'images' }),
    onPredicted: predicted.add,
  });
  await ensemble.value.dispose();
  if (!validation.ok) return failure(failed(validation.failure));
  for (const line of describeLoss(validation.value, facts)) log(line);
  const duplicates = await duplicatesIn(data, options.split);
  if (!duplicates.ok) return failure(failed(duplicates.failure));
  for (const warning of duplicateWarnings(duplicates.value, options.split)) log(warning);
  const { targets } = data;
  await writePredictedSamples(paths.samples, { targets, layout, predicted: predicted.predicted, split: options.split });
  return success(
    toEvaluation({
      targets,
      layout,
      predicted: predicted.predicted,
      validation: validation.value,
      bootstrap: options.bootstrap,
      about: { split: options.split, left_out: data.leftOut[options.split], duplicates: duplicates.value },
    }),
  );
}

function mismatches({ facts, directory: file }: GivenModel, { shards, targets }: LabelledImages): Problem[] {
  const problems: Problem[] = [];
  const advice = 'Evaluate on the images and targets that the model was trained on.';
  if (facts.height !== shards.height || facts.width !== shards.width) {
    const message = `the model expects images of ${facts.width}×${facts.height} pixels, got ${shards.width}×${shards.height}`;
    problems.push({ message, at: { file }, advice });
  }
  const difference = resizingDifference(facts, shards.resizing);
  if (difference !== undefined) {
    const message = `the model was trained on images with ${difference[0]}, but these shards have ${difference[1]}`;
    problems.push({ message, at: { file }, advice });
  }
  const [known, given] = [describeTasks(facts.tasks), describeTasks(targets.tasks)];
  if (known !== given) {
    problems.push({
      message: `the model has the tasks ${known}, but the targets have ${given}`,
      at: { file },
      advice,
    });
  }
  return problems;
}

/** Returns a line that says what the loss contains, unless it is that of the heads alone. */
function describeLoss({ loss, crossEntropy }: Validation, { loss: terms }: ModelFacts): string[] {
  const parts = [
    ...(terms.label_smoothing > 0 ? [`label smoothing of ${terms.label_smoothing}`] : []),
    ...(terms.l2_penalty > 0 ? [`an L2 penalty of ${terms.l2_penalty.toPrecision(3)}`] : []),
  ];
  if (parts.length === 0) return [];
  return [
    `the loss, ${loss.toFixed(4)}, includes ${parts.join(' and ')}, as in training; that of the heads alone is ` +
      crossEntropy.toFixed(4),
  ];
}

function emptySplit(samples: Int32Array, split: EvaluatedSplit, file: string): Problem[] {
  if (samples.length > 0) return [];
  const advice =
    split === 'test'
      ? 'Set the param "test_fraction" of the ingest stage, give the data set a test split, or evaluate with split: validation.'
      : 'Raise validation_fraction, or add samples.';
  return [{ message: `there are no ${split} samples to evaluate the model on`, at: { file }, advice }];
}
