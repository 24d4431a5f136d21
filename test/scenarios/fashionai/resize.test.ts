import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, test } from 'vitest';
import { writeImages } from '../../../src/vision/data/tables/images.ts';
import { GATE_MODULE, Gate } from '../../support/gate.ts';
import { type Finished, Project, toFinished } from '../../support/project.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');
const IMAGES = 60;

/** The stage of the pipeline, which waits at the gate when 40 images are done. */
const HELD = `import { defineStage } from 'pipeline';
import { hold } from '../lib/gate.ts';
import { resizeToShards } from '../src/vision/data/shards/resize-to-shards.ts';
import { readdirSync } from 'node:fs';

export default defineStage({
  inputs: ['dataset'],
  outputs: ['shards'],
  async run({ inputs, outputs, work, signal, log }) {
    const made = await resizeToShards(outputs.shards, {
      root: inputs.dataset,
      files: readdirSync(inputs.dataset),
      size: 8,
      fit: 'fill',
      interpolation: 'antialiased',
      imagesPerShard: 16,
      batch: 4,
      work,
      signal,
      onProgress: async (done) => {
        if (done === 40) await hold('forty');
      },
    });
    if (made.ok) log(JSON.stringify(made.value));
  },
});
`;

let project: Project;

beforeEach(async () => {
  project = new Project({
    'pipeline.yaml': `stages:
  resize:
    module: stages/resize-to-arrow-shards.ts
    inputs: { images: ./images.arrow, dataset: ./photographs }
    params: { size: 8, images_per_shard: 16, batch: 4 }
`,
    'held.yaml': `stages:
  resize:
    module: stages/held.ts
    inputs: { dataset: ./photographs }
    env: [GATE]
`,
    'stages/held.ts': HELD,
    'lib/gate.ts': GATE_MODULE,
  });
  for (const part of ['src', 'stages/resize-to-arrow-shards.ts', 'package.json'])
    cpSync(join(REPOSITORY, part), project.path(part), { recursive: true });
  project.remove('node_modules');
  symlinkSync(join(REPOSITORY, 'node_modules'), project.path('node_modules'));
  mkdirSync(project.path('photographs'));
  for (let index = 0; index < IMAGES; index += 1) await draw(`${index}.png`, index);
  await list();
});

async function draw(file: string, shade: number): Promise<void> {
  const background = { r: shade * 4, g: 255 - shade, b: 99 };
  const image = sharp({ create: { width: 12, height: 9, channels: 3, background } });
  writeFileSync(project.path(`photographs/${file}`), await image.png().toBuffer());
}

/** Lists the images as the ingest stage does. */
function list(): Promise<void> {
  return writeImages(project.path('images.arrow'), readdirSync(project.path('photographs')));
}

function shardsOf({ stages: [stage] }: Finished): { name: string; inode: number }[] {
  const digest = stage?.outputs['shards'] ?? '';
  const directory = project.path(`cache/objects/${digest.slice(0, 2)}/${digest.slice(2)}`);
  const names = readdirSync(directory).filter((name) => name.endsWith('.arrow'));
  return names.map((name) => ({ name, inode: statSync(join(directory, name)).ino }));
}

describe('an edit of the images in a pipeline that resizes them', () => {
  test.each<[string, () => Promise<void>, number]>([
    ['one image changed', () => draw('7.png', 150), 1],
    ['one image added', () => draw('new.png', 150), 2],
    ['one image removed', async () => rmSync(project.path('photographs/7.png')), 1],
  ])('rewrites only the affected shards, links the others, and passes verify: %s', async (_what, edit, most) => {
    const before = shardsOf(await project.run());
    await edit();
    await list();
    const run = await project.run();
    expect(run.which('ran')).toEqual(['resize']);
    const inodes = new Set(before.map(({ inode }) => inode));
    const after = shardsOf(run);
    expect(after.filter(({ inode }) => !inodes.has(inode)).length).toBeLessThanOrEqual(most);
    expect(after.length).toBeGreaterThan(3);
    expect((await project.pipeline('verify')).exitCode).toBe(0);
    expect((await project.pipeline('cache', 'verify')).exitCode).toBe(0);
  });
});

test('a killed run of the resize stage resumes from the finished shards', async () => {
  const gate = await Gate.open();
  const environment = { GATE: gate.address };
  const first = project.start(['run', '--json', '-f', 'held.yaml'], environment);
  const held = await gate.next();
  first.kill('SIGKILL');
  await first;
  await held.gone;

  const second = project.start(['run', '--json', '-f', 'held.yaml'], environment);
  (await gate.next()).finish();
  const resumed = toFinished(await second);
  expect(resumed.which('ran')).toEqual(['resize']);
  expect(reportOf(resumed)).toMatchObject({ shards: 5, resumed: 3 });
  expect(existsSync(project.path('cache/work')) ? readdirSync(project.path('cache/work')) : []).toEqual([]);

  const forced = project.start(['run', '--json', '--force', '-f', 'held.yaml'], environment);
  (await gate.next()).finish();
  const cleanRun = toFinished(await forced);
  expect(reportOf(cleanRun)).toMatchObject({ shards: 5, resumed: 0 });
  expect(cleanRun.stages[0]?.outputs).toEqual(resumed.stages[0]?.outputs);
});

function reportOf({ stdout }: Finished): unknown {
  const lines = stdout.split('\n').map((line) => JSON.parse(line) as { type: string; message?: string });
  return JSON.parse(lines.find(({ type }) => type === 'stage-log')?.message ?? 'null');
}
