import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Result } from '../../../shared/problem.ts';
import { usableCores } from '../../../shared/usable-cores.ts';
import type { DecodedImage } from '../../data/images/decode.ts';
import { kindOf } from '../../data/tables/label-kind.ts';
import { headLayout } from '../../heads/head-layout.ts';
import { withBuiltIn } from '../../models/backbones/index.ts';
import { readModelFacts } from '../../models/saved-model.ts';
import { loadModel } from '../load-model.ts';
import { classNamesOf } from '../task-answer.ts';
import { answersFrom } from './answers.ts';
import { createBatchPredictor } from './batch-predictor.ts';
import { BatchQueue } from './batch-queue.ts';
import {
  type Answers,
  type Classifier,
  ClassifierError,
  type ClassifierOptions,
  type ImageSource,
} from './classifier.ts';
import { findModel } from './find-model.ts';
import { checkSources, decodeSource } from './image-source.ts';

/**
 * Loads a model, ready to classify: TensorFlow is loaded, and its graphs have run once.
 *
 * @param folder of the model that a training has put out, or one that `pipeline export` has made with such a model in it.
 * @throws a `ClassifierError` if TensorFlow or the model cannot be loaded.
 */
export async function loadClassifier(folder: string | URL, options: ClassifierOptions = {}): Promise<Classifier> {
  const { heads, threads = usableCores(), batchSize = 16, maxWaiting = 256, maxPixels } = options;
  checkNumbers({ threads, batchSize, maxWaiting, ...(maxPixels !== undefined && { maxPixels }) });
  const backbones = withBuiltIn(options.backbones);
  const directory = unwrapped(
    await findModel(path.resolve(typeof folder === 'string' ? folder : fileURLToPath(folder))),
  );
  const facts = unwrapped(await readModelFacts(directory, backbones, heads));
  const loaded = await loadModel(directory, facts, { threads, backbones, heads });
  if (!loaded.ok) throw new ClassifierError(loaded.failure.problems);
  const { tf, model } = loaded.value;
  const { tasks, height, width, fit, interpolation } = facts;
  const layout = headLayout(tasks, heads);
  const predictor = await createBatchPredictor(tf, model, { height, width, batchSize });
  const resizing = { height, width, fit, interpolation, ...(maxPixels !== undefined && { maxPixels }) };
  const queue = new BatchQueue<ImageSource, DecodedImage, Answers>({
    decode: (source) => decodeSource(source, resizing),
    async predict(images) {
      const pixels = images.map((image) => image.pixels);
      return (await predictor.predict(pixels)).map((outputs) => answersFrom(layout, outputs));
    },
    batchSizes: predictor.batchSizes,
    maxWaiting,
  });
  let disposed: Promise<void> | undefined;
  return {
    tasks: tasks.map((task) => ({ name: task.name, kind: kindOf(task), classes: classNamesOf(task) })),
    async classify(images, { signal } = {}) {
      checkSources(images);
      return queue.add(images, signal);
    },
    dispose() {
      disposed ??= queue.close().then(async () => {
        await predictor.dispose();
        model.dispose();
      });
      return disposed;
    },
  };
}

function checkNumbers(numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`loadClassifier: ${name} is ${value}, expected a positive integer`);
}

function unwrapped<Value>(result: Result<Value>): Value {
  if (result.ok) return result.value;
  throw new ClassifierError(result.failure);
}
