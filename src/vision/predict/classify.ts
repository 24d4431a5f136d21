import { statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { badInput, type CollectedArtifact, type StageFailure } from '../../index.ts';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import { DatasetFiles } from '../data/labels/dataset-files.ts';
import { readFolderTree } from '../data/labels/folder-tree.ts';
import { headProblems } from '../heads/invalid-head.ts';
import { withCheckedCode } from '../invalid-module-code.ts';
import { withMemoryAdvice } from '../tensorflow/out-of-memory.ts';
import { type AnswerFile, type AnswerFormat, createAnswerFile } from './answer-files.ts';
import { type Ensemble, loadEnsemble } from './ensemble.ts';
import { type GivenModel, readGivenModels } from './given-models.ts';
import { imageAnswer } from './image-answers.ts';
import type { ModelOptions } from './model-params.ts';
import { badImageProblems, checkImages, type PredictImagesOptions, predictImages } from './predict-images.ts';

export interface ClassifyPaths {
  /** Input: a folder of images, with folders in it if there are any. */
  readonly images: string;
  /** Input: the directories of saved models. */
  readonly models: readonly CollectedArtifact[];
  /** Output: a folder. */
  readonly predictions: string;
}

export interface ClassifyOptions
  extends ModelOptions,
    Pick<PredictImagesOptions, 'onBadImage' | 'signal' | 'onProgress'> {
  readonly formats: readonly AnswerFormat[];
}

/** An image without an answer. */
interface Unanswered {
  readonly file: string;
  readonly reason: string;
}

export interface Classified {
  /** The number of images that have an answer. */
  readonly images: number;
  readonly quarantined: readonly Unanswered[];
  /** Remarks about files that are no images. */
  readonly notes: readonly string[];
}

/**
 * Predicts the classes of all images in a folder, for every task of the models, and writes them with a list of the images
 * that cannot be decoded. What it keeps in memory grows only by the paths of the images.
 *
 * @returns a `bad-input` failure if there are no images, one of them cannot be decoded (unless they are left out) or a
 *   model cannot be read; a `failed` one if TensorFlow cannot be loaded.
 * @throws the signal's reason if it is aborted.
 */
export function classify(paths: ClassifyPaths, options: ClassifyOptions): Promise<Result<Classified, StageFailure>> {
  return withCheckedCode(headProblems(options.heads), () => classifyImages(paths, options));
}

async function classifyImages(
  paths: ClassifyPaths,
  options: ClassifyOptions,
): Promise<Result<Classified, StageFailure>> {
  const models = await readGivenModels(paths.models, options);
  if (!models.ok) return failure(badInput(models.failure));
  const found = await findImages(paths.images);
  if (found.unclear.length > 0) return failure(badInput(found.unclear));
  if (options.onBadImage === 'fail') {
    const broken = await checkImages(found.files, { ...options, root: paths.images });
    const problems = [...badImageProblems(found.unusable), ...broken];
    if (problems.length > 0) return failure(badInput(problems));
  }
  await mkdir(paths.predictions, { recursive: true });
  const answered = await withMemoryAdvice(options.batchSize, () =>
    answerImages(found.files, models.value, paths, options),
  );
  if (!answered.ok) return answered;
  const unusable = found.unusable.map(({ message, at }) => ({
    file: path.relative(paths.images, at?.file ?? ''),
    reason: message,
  }));
  const quarantined = [...unusable, ...answered.value].sort((a, b) => (a.file < b.file ? -1 : 1));
  const list = `${JSON.stringify({ images: quarantined }, undefined, 2)}\n`;
  await writeFile(path.join(paths.predictions, 'quarantine.json'), list);
  return success({ images: found.files.length - answered.value.length, quarantined, notes: found.notes });
}

interface FoundImages {
  readonly files: readonly string[];
  /** Empty files, devices and links to nothing with the name of an image. */
  readonly unusable: readonly Problem[];
  /** Problems that cannot be avoided by leaving an image out. */
  readonly unclear: readonly Problem[];
  readonly notes: readonly string[];
}

async function findImages(root: string): Promise<FoundImages> {
  if (!statSync(root).isDirectory()) return { files: [], unusable: [], unclear: [noFolder(root)], notes: [] };
  const { folders, findings, notes } = await readFolderTree(new DatasetFiles(root), undefined);
  const files = [...folders.values()].flat().sort();
  const unusable = findings.filter(({ kind }) => kind === 'unusable images');
  const links = findings.filter(({ kind }) => kind === 'links to folders');
  const none = {
    message: 'there are no images in this folder',
    at: { file: root },
    advice: 'Give the input "images" a folder with images (.jpg, .png, …).',
  };
  const unclear: readonly Problem[] = files.length + unusable.length === 0 ? [none] : links;
  return { files, unusable, unclear, notes };
}

/** Writes the answers as they come. Returns the images that cannot be decoded. */
async function answerImages(
  files: readonly string[],
  models: readonly [GivenModel, ...GivenModel[]],
  paths: ClassifyPaths,
  options: ClassifyOptions,
): Promise<Result<readonly Unanswered[], StageFailure>> {
  const ensemble = await loadEnsemble(models, files.length, options);
  if (!ensemble.ok) return ensemble;
  const { tasks } = ensemble.value;
  const outputs: AnswerFile[] = [];
  try {
    for (const format of options.formats) outputs.push(await createAnswerFile(paths.predictions, format, tasks));
    return await answerTo(outputs, files, ensemble.value, paths, options);
  } finally {
    for (const output of outputs) await output.close();
    await ensemble.value.dispose();
  }
}

async function answerTo(
  outputs: readonly AnswerFile[],
  files: readonly string[],
  ensemble: Ensemble,
  paths: ClassifyPaths,
  options: ClassifyOptions,
): Promise<Result<readonly Unanswered[], StageFailure>> {
  const unanswered: Unanswered[] = [];
  let done = 0;
  for await (const batch of predictImages(files, { ...options, ensemble, root: paths.images })) {
    if (!batch.ok) return failure(badInput(batch.failure));
    const answers = [];
    for (const predicted of batch.value) {
      const file = files[done++] ?? '';
      if (predicted.ok) answers.push(imageAnswer(file, ensemble.layout, predicted.value));
      else unanswered.push({ file, reason: predicted.failure.map(({ message }) => message).join('; ') });
    }
    for (const output of outputs) await output.write(answers);
  }
  return success(unanswered);
}

function noFolder(file: string): Problem {
  const advice = 'Give the folder of the image, and "include" to choose it: { path: ./photographs, include: [NAME] }.';
  return { message: 'the input "images" is a file, not a folder', at: { file }, advice };
}
