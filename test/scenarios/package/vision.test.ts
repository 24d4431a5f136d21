import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { execaNode } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OWN_MODULES } from '../../support/own-modules.ts';
import { Packed } from './packed.ts';

/** `npm run test:package`: not a part of `npm test`, which does the same with a link to this repository. */

const PACKAGES = resolve(import.meta.dirname, '../../../node_modules');
const IMAGES_ONLY = `stages:
  draw-shapes: { module: stages/draw-shapes.ts, params: { images_per_class: 5, seed: 1 } }
  ingest:
    module: stages/ingest.ts
    inputs: { dataset: draw-shapes.images }
    params: { layout: folders, seed: 1 }
  resize:
    module: stages/resize.ts
    inputs: { images: ingest.images, dataset: draw-shapes.images }
    params: { size: 32 }
`;
/** A program that uses the model, without a pipeline. */
const SERVE = `import { loadClassifier } from 'pipeline/vision/predict';
import { oneAgainstAll } from './lib/one-against-all.ts';
import { mine } from './models/mine.ts';

const classifier = await loadClassifier('served', { backbones: { mine }, heads: { shape: oneAgainstAll } });
const results = await classifier.classify(process.argv.slice(2));
for (const result of results) console.log(result.ok ? JSON.stringify(result.value) : result.failure[0]?.message);
await classifier.dispose();
`;
const packed = new Packed();

beforeAll(() => packed.pack());
afterAll(() => packed.remove());

test("a stranger's project trains and classifies with a backbone, a head and an augmentation of its own, strictly typed", {
  timeout: 300_000,
}, async () => {
  const project = packed.project('vision');
  expect(await project.npm('install', packed.tarball)).toMatchObject({ exitCode: 0 });
  expect(await project.pipeline('init', '--template', 'vision')).toMatchObject({ exitCode: 0, stderr: '' });
  for (const [path, text] of Object.entries(OWN_MODULES)) {
    mkdirSync(dirname(project.path(path)), { recursive: true });
    writeFileSync(project.path(path), text);
  }

  writeFileSync(project.path('serve.ts'), SERVE);

  // A pipeline that uses no TensorFlow needs none.
  writeFileSync(project.path('images.yaml'), IMAGES_ONLY);
  const images = await project.pipeline('run', '-f', 'images.yaml');
  expect(images.exitCode, images.stderr).toBe(0);
  const without = await project.pipeline('run');
  expect(without.exitCode).toBe(2);
  expect(without.stderr).toContain('→ Run `npx pipeline setup`, which installs TensorFlow for this project.');

  // What `pipeline setup` would download.
  symlinkSync(join(PACKAGES, '@tensorflow'), project.path('node_modules/@tensorflow'));
  const compiler = join(PACKAGES, 'typescript/bin/tsc');
  expect((await execaNode(compiler, [], { cwd: project.directory, reject: false })).stdout).toBe('');
  const set = ['backbone=mine', 'image_size=32', 'train.epochs=2', 'draw-shapes.images_per_class=20'];
  const options = set.flatMap((each) => ['--set', each]);
  const run = await project.pipeline('run', ...options);
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stdout).toContain('7 stages');

  expect(await project.pipeline('export', 'train.model', 'served', ...options)).toMatchObject({ exitCode: 0 });
  expect(await project.pipeline('export', 'draw-shapes.images', 'drawn', ...options)).toMatchObject({ exitCode: 0 });
  await build({
    ...{ entryPoints: [project.path('serve.ts')], outfile: project.path('serve.mjs') },
    ...{ bundle: true, packages: 'external', format: 'esm', platform: 'node' },
  });
  const [folder = ''] = readdirSync(project.path('drawn/images'));
  const image = join('drawn/images', folder, readdirSync(project.path(join('drawn/images', folder)))[0] ?? '');
  const served = { cwd: project.directory, reject: false, nodeOptions: [] } as const;
  const { stdout, stderr } = await execaNode(project.path('serve.mjs'), [image, 'serve.ts'], served);
  expect(stdout.split('\n'), stderr).toEqual([
    expect.stringMatching(/^\{"[a-z_]+":\{"class":"[a-z]+","probabilities":\{/),
    'cannot decode the image: it is a text file',
  ]);
});
