import { join } from 'node:path';
import sharp from 'sharp';
import { resizeToShards } from '../../src/vision/data/shards/resize-to-shards.ts';
import { writeQuestions } from '../../src/vision/data/tables/questions.ts';
import type { Sample } from '../../src/vision/data/tables/samples.ts';
import { writeTargets } from '../../src/vision/data/tables/targets.ts';
import type { Split } from '../../src/vision/data/tables/task.ts';
import { temporaryFolder, writeFiles } from './dataset.ts';
import { SIZE } from './labelled-images.ts';
import { unwrap } from './result.ts';

/** A scene: which lights are on in its left half, and how bright its right half is, from 0 to 1. */
interface Scene {
  readonly lights: readonly boolean[];
  readonly brightness: number;
}

/** The number of images. */
const COUNT = 60;

export const LIGHTS = ['red', 'green', 'blue'];
export const LEVELS = ['dark', 'dim', 'light', 'bright'];

/**
 * Images with labels of several kinds each: `lights` (any number of three classes), `level` (four ordered classes),
 * `lamp` (a number from 0 to 100) and, for every second image, `side` (one class of two).
 */
export async function labelledScenes(splitOf = everyFifthFor('validation'), atEnd?: (cleanUp: () => void) => void) {
  const dataset = temporaryFolder(atEnd);
  const scenes = Array.from({ length: COUNT }, (_, index) => sceneAt(index));
  const samples = scenes.flatMap((scene, index) => samplesOf(scene, index, splitOf(index)));
  for (const [index, scene] of scenes.entries()) writeFiles(dataset, { [fileAt(index)]: await pngOf(scene, index) });
  const folder = temporaryFolder(atEnd);
  const paths = { shards: join(folder, 'shards'), targets: join(folder, 'targets.arrow') };
  const questions = join(folder, 'questions.arrow');
  const resized = await resizeToShards(paths.shards, {
    root: dataset,
    files: scenes.map((_, index) => fileAt(index)),
    size: SIZE,
    fit: 'fill',
    interpolation: 'antialiased',
    imagesPerShard: 64,
    work: temporaryFolder(atEnd),
    batch: 8,
    onBadImage: 'fail',
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  unwrap(resized);
  const table = { samples, classNames: CLASS_NAMES, kinds: KINDS };
  unwrap(await writeTargets(paths.targets, table));
  await writeQuestions(
    questions,
    ['lights', 'level', 'lamp'].map((task) => ({ file: fileAt(0), labelName: `${task}_labels`, task })),
  );
  return { dataset, questions, ...paths };
}

export const everyFifthFor =
  (split: Split) =>
  (index: number): Split =>
    index % 5 === 4 ? split : 'train';

const CLASS_NAMES = new Map([
  ['lights', LIGHTS],
  ['level', LEVELS],
]);
const KINDS = new Map([
  ['lights', 'classes'],
  ['level', 'ordered'],
  ['lamp', 'numbers'],
] as const);

const fileAt = (index: number) => `scenes/${index}.png`;

function sceneAt(index: number): Scene {
  return { lights: LIGHTS.map((_, light) => ((index >> light) & 1) === 1), brightness: (index * 0.618) % 1 };
}

function samplesOf({ lights, brightness }: Scene, index: number, split: Split): Sample[] {
  const level = Math.min(LEVELS.length - 1, Math.floor(brightness * LEVELS.length));
  const hot = (classes: number, classIndex: number) =>
    Array.from({ length: classes }, (_, at) => (at === classIndex ? 'y' : 'n')).join('');
  const label = (task: string, text: string) => ({
    sample: index,
    file: fileAt(index),
    task,
    classIndex: Math.max(0, text.indexOf('y')),
    label: text,
    split,
  });
  return [
    label('lights', lights.map((isOn) => (isOn ? 'y' : 'n')).join('')),
    label('level', hot(LEVELS.length, level)),
    label('lamp', String(Math.round(1000 * brightness) / 10)),
    ...(index % 2 === 0 ? [label('side', hot(2, brightness > 0.5 ? 1 : 0))] : []),
  ];
}

/** Slightly lighter with each index, so that no two images are equal. */
function pngOf({ lights, brightness }: Scene, index: number): Promise<Buffer> {
  const [r = 0, g = 0, b = 0] = lights.map((isOn) => (isOn ? 210 : 20) + (index % 30));
  const grey = Math.round(20 + 200 * brightness);
  const half = (background: { r: number; g: number; b: number }) => ({
    create: { width: 20, height: 40, channels: 3 as const, background },
  });
  return sharp({ create: { width: 40, height: 40, channels: 3, background: 'black' } })
    .composite([
      { input: half({ r, g, b }), left: 0, top: 0 },
      { input: half({ r: grey, g: grey, b: grey }), left: 20, top: 0 },
    ])
    .png()
    .toBuffer();
}
