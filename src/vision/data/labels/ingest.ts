import { writeFile } from 'node:fs/promises';
import { type Result, success } from '../../../shared/problem.ts';
import { writeImages } from '../tables/images.ts';
import { writeQuestions } from '../tables/questions.ts';
import { writeSamples } from '../tables/samples.ts';
import { type DatasetOptions, readDataset } from './dataset.ts';
import { shuffleAndSplit } from './split.ts';
import { taskStatistics } from './task-statistics.ts';
import { taskWarnings } from './task-warnings.ts';

/** The paths of the output files. */
export interface IngestOutputs {
  readonly samples: string;
  readonly images: string;
  readonly questions: string;
  readonly tasks: string;
}

export interface IngestReport {
  readonly counts: Readonly<Record<'samples' | 'images' | 'tasks' | 'questions' | 'train' | 'validation', number>>;
  /** Lines for the log: nothing in them keeps the pipeline from running. */
  readonly notes: readonly string[];
}

/**
 * Checks a data set, shuffles and splits its samples, and writes them as Arrow tables and a JSON file of the tasks. A long
 * list of problems is written to `problems.txt` in the folder `work`.
 *
 * @param splitting `seed` of the shuffle, and the `fraction` of the samples (0 to 1, exclusive) kept for validation.
 */
export async function ingest(
  options: DatasetOptions,
  splitting: { readonly seed: number; readonly fraction: number },
  outputs: IngestOutputs,
  work: string,
): Promise<Result<IngestReport>> {
  const dataset = await readDataset(options, work);
  if (!dataset.ok) return dataset;
  const { labels, classNames, questions, notes } = dataset.value;
  const samples = shuffleAndSplit(labels, splitting);
  const tasks = taskStatistics(samples, classNames);
  const images = new Set(samples.map(({ file }) => file));
  const train = samples.filter(({ split }) => split === 'train').length;
  const counts = {
    samples: samples.length,
    images: images.size,
    tasks: tasks.length,
    questions: questions?.length ?? 0,
    train,
    validation: samples.length - train,
  };
  await writeSamples(outputs.samples, { samples, classNames });
  await writeImages(outputs.images, images);
  await writeQuestions(outputs.questions, questions ?? []);
  await writeFile(outputs.tasks, `${JSON.stringify({ ...counts, tasks }, null, 2)}\n`);
  return success({ counts, notes: [...notes, ...taskWarnings(tasks)] });
}
