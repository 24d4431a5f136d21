import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { digestTree } from '../../../../src/engine/fingerprint/tree.ts';
import { permutation } from '../../../../src/vision/data/shards/permutation.ts';
import {
  type ResizeOptions,
  type ResizeReport,
  resizeToShards,
} from '../../../../src/vision/data/shards/resize-to-shards.ts';
import { readShardIndex } from '../../../../src/vision/data/shards/shard-index.ts';
import { contents, temporaryFolder, writeFiles } from '../../../support/dataset.ts';
import { unwrap } from '../../../support/result.ts';

/** Encoded images, all different. */
let sources: readonly Buffer[];

beforeAll(async () => {
  sources = await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      sharp({
        create: {
          width: 12,
          height: 9,
          channels: 3,
          background: { r: index * 4, g: 255 - index, b: 7 * (index % 30) },
        },
      })
        .png()
        .toBuffer(),
    ),
  );
});

let dataset: string;

beforeEach(() => {
  dataset = temporaryFolder();
  for (let index = 0; index < 40; index += 1) put(`${index}.png`, index);
});

function put(file: string, source: number): void {
  writeFiles(dataset, { [file]: sources[source] ?? '' });
}

interface Made {
  readonly shards: string;
  readonly report: ResizeReport;
}

/** Makes shards of all files of the data set. */
async function make(options: Partial<ResizeOptions> = {}): Promise<Made> {
  const shards = join(temporaryFolder(), 'shards');
  const report = await resizeToShards(shards, {
    root: dataset,
    files: readdirSync(dataset),
    size: 4,
    fit: 'fill',
    interpolation: 'antialiased',
    imagesPerShard: 8,
    batch: 3,
    work: temporaryFolder(),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...options,
  });
  return { shards, report: unwrap(report) };
}

/** Returns the previous result as the runner passes it to a stage. */
function previous({ shards }: Made): NonNullable<ResizeOptions['previous']> {
  const { files } = unwrap(digestTree(dataset));
  return { shards, digests: new Map([...files].map(({ path, digest }) => [path, digest])) };
}

test('resizeToShards writes the index as one line of JSON, whether there are shards or not', async () => {
  for (const files of [[], ['1.png'], readdirSync(dataset)]) {
    const { shards } = await make({ files });
    const text = readFileSync(join(shards, 'index.json'), 'utf8');
    expect(text).toBe(`${JSON.stringify(JSON.parse(text))}\n`);
    expect(unwrap(await readShardIndex(shards)).shards.flatMap(({ images }) => images)).toHaveLength(files.length);
  }
});

describe('resizeToShards with a previous result', () => {
  test.each<[string, () => void, number]>([
    ['one image changed', () => put('7.png', 50), 1],
    ['one image added', () => put('new.png', 50), 2],
    ['one image removed', () => rmSync(join(dataset, '7.png')), 1],
    ['one image renamed', () => renameSync(join(dataset, '7.png'), join(dataset, 'seven.png')), 2],
    [
      'two images swapped',
      () => {
        put('7.png', 8);
        put('8.png', 7);
      },
      2,
    ],
    ['nothing changed', () => undefined, 0],
  ])('gives the same bytes as a clean run and rewrites only the affected shards: %s', async (_what, edit, most) => {
    const before = await make();
    edit();
    const { shards, report } = await make({ previous: previous(before) });
    const cleanRun = await make();
    expect(contents(shards)).toEqual(contents(cleanRun.shards));
    expect(report.shards - report.unchanged).toBeLessThanOrEqual(most);
    expect(cleanRun.report.unchanged).toBe(0);
  });

  test('gives the same bytes as a clean run after many edits in a row', async () => {
    let made = await make({ onBadImage: 'quarantine' });
    const draws = permutation(60 * 12, 11, 0);
    for (let step = 0; step < 12; step += 1) {
      const [one = 0, two = 0, three = 0, four = 0] = [...draws.subarray(step * 4, step * 4 + 4)].map(
        (draw) => draw % 60,
      );
      put(`${one}.png`, two);
      rmSync(join(dataset, `${three}.png`), { force: true });
      if (step % 3 === 0) writeFiles(dataset, { [`${four}.png`]: 'no image' });
      made = await make({ onBadImage: 'quarantine', previous: previous(made) });
      expect(contents(made.shards)).toEqual(contents((await make({ onBadImage: 'quarantine' })).shards));
    }
  });

  test('links unchanged shards and does not read unchanged images', async () => {
    const before = await make();
    put('7.png', 50);
    const known = previous(before);
    for (const file of readdirSync(dataset)) if (file !== '7.png') writeFiles(dataset, { [file]: 'not to be read' });
    const { shards, report } = await make({ previous: known });
    const same = readdirSync(shards).filter((name) => {
      const earlier = statSync(join(before.shards, name), { throwIfNoEntry: false });
      return earlier?.ino === statSync(join(shards, name)).ino;
    });
    expect(same).toHaveLength(report.shards - 1);
  });

  test('decodes an image again whose previous pixels are corrupted', async () => {
    const before = await make();
    const index = unwrap(await readShardIndex(before.shards));
    const corrupted = index.shards.find(({ images }) => images.length > 1);
    const [one, two] = corrupted?.images ?? [];
    const file = join(before.shards, corrupted?.file ?? '');
    const bytes = readFileSync(file);
    bytes.writeUInt8(255 - bytes.readUInt8(one?.offset), one?.offset);
    put(two?.file ?? '', 50);
    writeFileSync(file, bytes);
    const { shards } = await make({ previous: previous(before) });
    expect(contents(shards)).toEqual(contents((await make()).shards));
  });

  test.each<[string, (shards: string) => void]>([
    ['that is missing', (shards) => rmSync(join(shards, 'index.json'))],
    ['of another version', (shards) => writeFileSync(join(shards, 'index.json'), '{"version":1}')],
  ])('ignores the previous result if it has an index %s', async (_what, damage) => {
    const before = await make();
    damage(before.shards);
    const { report } = await make({ previous: previous(before) });
    expect(report.unchanged).toBe(0);
  });
});

describe('resizeToShards with on_bad_image "quarantine"', () => {
  const quarantineOf = ({ shards }: Made) => JSON.parse(readFileSync(join(shards, 'quarantine.json'), 'utf8'));

  test('lists the images that cannot be decoded with the reasons and stores all others', async () => {
    writeFiles(dataset, { '3.png': 'no image', '9.png': '' });
    mkdirSync(join(dataset, 'folder.png'));
    const made = await make({ onBadImage: 'quarantine' });
    expect(quarantineOf(made)).toEqual({
      images: [
        {
          file: '3.png',
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          reason: 'cannot decode the image: it is a text file',
        },
        { file: '9.png', sha256: null, reason: 'cannot read the image: it is empty' },
        { file: 'folder.png', sha256: null, reason: 'cannot read the image: it is a folder' },
      ],
    });
    const { shards } = unwrap(await readShardIndex(made.shards));
    expect(shards.flatMap(({ images }) => images)).toHaveLength(38);
  });

  test('writes no shard if no image can be decoded', async () => {
    for (const file of readdirSync(dataset)) writeFiles(dataset, { [file]: 'no image' });
    const made = await make({ onBadImage: 'quarantine' });
    expect(readdirSync(made.shards)).toEqual(['index.json', 'quarantine.json']);
    expect(quarantineOf(made).images).toHaveLength(40);
  });

  test('writes an empty list if all images can be decoded', async () => {
    expect(quarantineOf(await make({ onBadImage: 'quarantine' }))).toEqual({ images: [] });
  });

  test('includes an image again once it has been repaired', async () => {
    writeFiles(dataset, { '3.png': 'no image' });
    const before = await make({ onBadImage: 'quarantine' });
    put('3.png', 3);
    const made = await make({ onBadImage: 'quarantine', previous: previous(before) });
    expect(quarantineOf(made)).toEqual({ images: [] });
    expect(made.report.unchanged).toBe(made.report.shards - 1);
  });
});

describe('resizeToShards after an interrupted run', () => {
  const POWER_FAILURE = new Error('power failure');

  /** Runs until this many images are done, then fails. Returns the work directory. */
  async function endAfter(images: number): Promise<string> {
    const work = temporaryFolder();
    const onProgress = (done: number) => {
      if (done >= images) throw POWER_FAILURE;
    };
    await expect(make({ work, onProgress })).rejects.toBe(POWER_FAILURE);
    return work;
  }

  test('resumes from the finished shards and gives the same bytes as a clean run', async () => {
    const work = await endAfter(30);
    const done: number[] = [];
    const { shards, report } = await make({ work, onProgress: (images) => void done.push(images) });
    expect(report.resumed).toBeGreaterThan(1);
    expect(done[0]).toBeGreaterThan(15);
    expect(done.at(-1)).toBe(40);
    expect(contents(shards)).toEqual(contents((await make()).shards));
  });

  test.each<[string, (file: string) => void]>([
    ['is truncated', (file) => writeFileSync(file, readFileSync(file).subarray(1))],
    ['is corrupted', (file) => writeFileSync(file, readFileSync(file).fill(0, 100, 101).fill(1, 101, 102))],
    ['is missing', (file) => rmSync(file)],
  ])('makes a finished shard again that %s', async (_what, damage) => {
    const work = await endAfter(30);
    const arrow = readdirSync(join(work, 'shards')).filter((name) => name.endsWith('.arrow'));
    damage(join(work, 'shards', arrow[0] ?? ''));
    const { shards, report } = await make({ work });
    expect(report.resumed).toBe(arrow.length - 1);
    expect(contents(shards)).toEqual(contents((await make()).shards));
  });

  test('keeps no finished shards of a run that failed because of broken images', async () => {
    const work = temporaryFolder();
    writeFiles(dataset, { '3.png': 'no image' });
    await expect(make({ work })).rejects.toThrow();
    expect(readdirSync(work)).toEqual([]);
  });
});
