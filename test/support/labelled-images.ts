import { join } from 'node:path';
import sharp from 'sharp';
import type { Fit } from '../../src/vision/data/images/resizing.ts';
import { resizeToShards } from '../../src/vision/data/shards/resize-to-shards.ts';
import { writeQuestions } from '../../src/vision/data/tables/questions.ts';
import type { Sample } from '../../src/vision/data/tables/samples.ts';
import { writeTargets } from '../../src/vision/data/tables/targets.ts';
import type { Split } from '../../src/vision/data/tables/task.ts';
import { temporaryFolder, writeFiles } from './dataset.ts';
import { unwrap } from './result.ts';

/** For each task the colour of each class. */
const COLOURS = {
  colour: [
    { r: 220, g: 40, b: 40 },
    { r: 40, g: 200, b: 40 },
    { r: 50, g: 60, b: 220 },
  ],
  shade: [
    { r: 40, g: 40, b: 40 },
    { r: 230, g: 230, b: 230 },
  ],
};

type TaskName = keyof typeof COLOURS;

export interface LabelledImagesOptions {
  /** Height and width, in pixels. */
  readonly size?: number;
  readonly taskOf?: (index: number) => TaskName;
  readonly splitOf?: (index: number) => Split;
  /** The images with these numbers cannot be decoded, and are put aside. */
  readonly broken?: readonly number[];
  readonly fit?: Fit;
  /** Images with these numbers are copies of those. */
  readonly sameAs?: ReadonlyMap<number, number>;
  /** By task; none if omitted. */
  readonly classNames?: ReadonlyMap<TaskName, readonly string[]>;
}

const alternating = (index: number): TaskName => (index % 2 === 0 ? 'colour' : 'shade');
const everyFifthForValidation = (index: number): Split => (index % 5 === 4 ? 'validation' : 'train');

/** Height and width of the images in pixels, the least that the small network takes. */
export const SIZE = 32;

/** The paths of what a training, an evaluation and a prediction read. */
export type LabelledImagesFolder = {
  /** The data set's folder. */
  readonly dataset: string;
  readonly shards: string;
  readonly targets: string;
  readonly questions: string;
};

/**
 * Images of one colour each, easy to learn: the task `colour` tells red, green and blue apart, the task `shade` dark and
 * light grey. Each is also asked for as a question.
 */
export async function labelledImages(count = 20, options: LabelledImagesOptions = {}): Promise<LabelledImagesFolder> {
  const {
    size = SIZE,
    taskOf = alternating,
    splitOf = everyFifthForValidation,
    broken = [],
    fit = 'fill',
    sameAs = new Map<number, number>(),
    classNames = new Map<TaskName, readonly string[]>(),
  } = options;
  const dataset = temporaryFolder();
  const samples = Array.from({ length: count }, (_, index) => sampleOf(index, taskOf(index), splitOf(index)));
  for (const [index, sample] of samples.entries()) {
    const original = sameAs.get(index) ?? index;
    const image = broken.includes(index) ? 'no image' : await pngOf(samples[original] ?? sample, original);
    writeFiles(dataset, { [sample.file]: image });
  }

  const folder = temporaryFolder();
  const [shards, targets, questions] = ['shards', 'targets.arrow', 'questions.arrow'].map((name) => join(folder, name));
  if (!shards || !targets || !questions) throw new Error('expected three paths');
  const resized = await resizeToShards(shards, {
    root: dataset,
    files: samples.map(({ file }) => file),
    size,
    fit,
    interpolation: 'antialiased',
    imagesPerShard: 64,
    work: temporaryFolder(),
    batch: 8,
    onBadImage: broken.length > 0 ? 'quarantine' : 'fail',
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  unwrap(resized);
  unwrap(await writeTargets(targets, { samples, classNames }));
  await writeQuestions(
    questions,
    samples.map(({ file, task }) => ({ file, labelName: `${task}_labels`, task })),
  );
  return { dataset, shards, targets, questions };
}

function sampleOf(index: number, task: TaskName, split: Split): Sample {
  const classes = COLOURS[task].length;
  const classIndex = Math.floor(index / 2) % classes;
  const label = Array.from({ length: classes }, (_, at) => (at === classIndex ? 'y' : 'n')).join('');
  return { file: `Images/${task}_labels/${index}.png`, task, classIndex, label, split };
}

/** Returns the colour of a class, slightly lighter with each index, so that no two images are equal. */
function pngOf({ task, classIndex }: Sample, index: number): Promise<Buffer> {
  const { r, g, b } = COLOURS[task as TaskName][classIndex] ?? { r: 0, g: 0, b: 0 };
  const by = index % 20;
  const background = { r: r + by, g: g + by, b: b + by };
  return sharp({ create: { width: 40, height: 40, channels: 3, background } })
    .png()
    .toBuffer();
}
