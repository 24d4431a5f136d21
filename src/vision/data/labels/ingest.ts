import { writeFile } from 'node:fs/promises';
import { type Result, success } from '../../../shared/problem.ts';
import { writeImages } from '../tables/images.ts';
import { writeQuestions } from '../tables/questions.ts';
import { writeSamples } from '../tables/samples.ts';
import type { Split } from '../tables/task.ts';
import { type DatasetOptions, readDataset } from './dataset.ts';
import { type GivenSplits, type Splitting, shuffleAndSplit } from './split.ts';
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
  /** The number of samples, images, tasks and questions, and that of samples by split; `test` if there are any. */
  readonly counts: Readonly<Record<string, number>>;
  /** Lines for the log: nothing in them keeps the pipeline from running. */
  readonly notes: readonly string[];
}

/**
 * Checks a data set, shuffles and splits its samples, and writes them as Arrow tables and a JSON file of the tasks. A long
 * list of problems is written to `problems.txt` in the folder `work`.
 */
export async function ingest(
  options: DatasetOptions,
  splitting: Omit<Splitting, 'sample'>,
  outputs: IngestOutputs,
  work: string,
): Promise<Result<IngestReport>> {
  const dataset = await readDataset(options, work);
  if (!dataset.ok) return dataset;
  const { labels, classNames, kinds, questions, notes } = dataset.value;
  const sample = SAMPLES[options.layout];
  const samples = shuffleAndSplit(labels, { ...splitting, sample }, dataset.value);
  const tasks = taskStatistics(samples, classNames, kinds);
  const images = new Map(samples.map((row) => [row.file, row]));
  const counted = sample === 'image' ? [...images.values()] : samples;
  const inSplit = (name: Split) => counted.filter(({ split }) => split === name).length;
  const test = inSplit('test');
  const counts = {
    samples: counted.length,
    images: images.size,
    tasks: tasks.length,
    questions: questions?.length ?? 0,
    train: inSplit('train'),
    validation: inSplit('validation'),
    ...(test > 0 && { test }),
  };
  await writeSamples(outputs.samples, { samples, classNames, kinds });
  await writeImages(outputs.images, images.keys());
  await writeQuestions(outputs.questions, questions ?? []);
  await writeFile(
    outputs.tasks,
    `${JSON.stringify({ ...counts, ...groupCounts(samples, dataset.value), tasks }, null, 2)}\n`,
  );
  return success({ counts, notes: [...notes, ...taskWarnings(tasks)] });
}

/** What a sample is: all labels of an image are one where a network is to see the image once per epoch. */
const SAMPLES: Readonly<Record<DatasetOptions['layout'], Splitting['sample']>> = {
  fashionai: 'row',
  folders: 'row',
  table: 'image',
  coco: 'image',
};

/** Returns the number of groups by split; nothing without groups. */
function groupCounts(
  samples: readonly { readonly file: string; readonly split: Split }[],
  { groups }: GivenSplits,
): { readonly groups?: Readonly<Record<string, number>> } {
  if (groups.size === 0) return {};
  const bySplit = new Map<Split, Set<string>>([
    ['train', new Set()],
    ['validation', new Set()],
  ]);
  for (const { file, split } of samples) {
    const group = groups.get(file);
    if (group !== undefined) bySplit.set(split, (bySplit.get(split) ?? new Set()).add(group));
  }
  const all = new Set(groups.values()).size;
  return { groups: { all, ...Object.fromEntries(Array.from(bySplit, ([split, { size }]) => [split, size])) } };
}
