import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linksIn } from '../../../src/engine/fingerprint/links.ts';
import { type InstalledProject, Packed } from './packed.ts';

const packed = new Packed();

beforeAll(() => packed.pack());
afterAll(() => packed.remove());

test('the tarball has the command, its types and what `init` copies, and no source maps, stamps or empty folders', async () => {
  const contents = await packed.contents();
  expect(contents).toEqual(
    expect.arrayContaining([
      'package.json',
      'README.md',
      'docs/getting-started.md',
      'LICENSE',
      'dist/cli.cjs',
      'dist/index.js',
      'dist/stage-host.js',
      'dist/lib/index.d.ts',
      'dist/lib/vision/index.d.ts',
      'dist/lib/vision/index.js',
      'dist/lib/vision/predict/index.d.ts',
      'dist/lib/vision/predict/index.js',
      'dist/lib/vision/browser/index.js',
      'dist/examples/browser/index.html',
      'dist/examples/vision/pipeline.yaml',
      'dist/examples/digits/README.md',
      'dist/examples/digits/data/digits.csv.gz',
      'dist/examples/fashionai/stages/train.ts',
      'dist/pipeline.schema.json',
      'dist/completions/pipeline.bash',
      'dist/examples/starter/pipeline.yaml',
      'dist/examples/starter/data/samples.csv',
    ]),
  );
  const misplaced = /\.map$|\/\.built$|\/$/;
  expect(contents.filter((path) => misplaced.test(path))).toEqual([]);
  const outside = contents.filter((path) => !path.startsWith('dist/') && !/^docs\/.+\.md$/.test(path)).sort();
  expect(outside).toEqual(['LICENSE', 'README.md', 'package.json']);
});

test('the library imports only packages that npm installs with it, or those of `pipeline setup`', async () => {
  const repository = resolve(import.meta.dirname, '../../..');
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  const library = join(repository, 'dist/lib');
  const modules = readdirSync(library, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'));
  const links = await Promise.all(modules.map((path) => linksIn(readFileSync(join(library, path), 'utf8'))));
  const imported = links
    .flat()
    .flatMap(({ specifier }) => (specifier.startsWith('.') || isBuiltin(specifier) ? [] : [specifier]));
  const packages = new Set(imported.map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name));
  expect(packages).toContain('sharp');
  expect([...packages].filter((name) => !(name in { ...dependencies, ...peerDependencies }))).toEqual([]);
});

describe('the package, installed from its tarball in an empty folder with the default settings of npm', () => {
  let project: InstalledProject;

  beforeAll(async () => {
    project = packed.project('plain');
    const { exitCode, stderr } = await project.npm('install', packed.tarball);
    expect(exitCode, stderr).toBe(0);
  });

  test('installs no TensorFlow', () => {
    expect(existsSync(project.path('node_modules/@tensorflow'))).toBe(false);
  });

  test('makes a pipeline that runs and whose types are right', () => project.expectToWork());

  test('draws the graph and looks into results, for which it needs its larger dependencies', async () => {
    expect((await project.pipeline('graph', '--format', 'svg')).stdout).toContain('<svg');
    expect((await project.pipeline('inspect', 'evaluate')).stdout).toContain('error');
  });

  test('filters an input, for which it needs its smaller dependencies', async () => {
    const stage = `import { readdirSync, writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
export default defineStage({
  inputs: ['folder'],
  outputs: ['names.txt'],
  run: ({ inputs, outputs, log }) => {
    log(readdirSync(inputs.folder).join());
    writeFileSync(outputs.names, '');
  },
});
`;
    writeFileSync(project.path('stages/list.ts'), stage);
    const inputs = '{ folder: { path: ./data, include: ["*.csv"] } }';
    writeFileSync(project.path('filtered.yaml'), `stages: { list: { module: stages/list.ts, inputs: ${inputs} } }\n`);
    const { exitCode, stdout, stderr } = await project.pipeline('run', '-f', 'filtered.yaml');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain('list: samples.csv');
  });

  test('lacks nothing, as doctor says, which names `pipeline setup` for stages that use TensorFlow', async () => {
    const { exitCode, stdout } = await project.pipeline('doctor');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('tensorflow    not installed; only stages that import it need it');
    expect(stdout).toContain('→ If stages of this pipeline use TensorFlow: npx pipeline setup');
  });

  test('reports a stage that imports TensorFlow with the command that installs it', async () => {
    const stage = project.path('stages/train.ts');
    const before = readFileSync(stage, 'utf8');
    writeFileSync(stage, `import * as tf from '@tensorflow/tfjs-node-gpu';\nconsole.log(tf.version);\n${before}`);
    const { exitCode, stderr } = await project.pipeline('run');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Could not resolve "@tensorflow/tfjs-node-gpu"');
    expect(stderr).toContain('→ Run `npx pipeline setup`, which installs TensorFlow for this project.');
  });
});

test('the package, published under a scope and installed under the alias `pipeline`, works the same', async () => {
  const tarball = await packed.packAs('@someone/pipeline');
  const project = packed.project('alias');
  const { exitCode, stderr } = await project.npm('install', `pipeline@file:${tarball}`);
  expect(exitCode, stderr).toBe(0);
  await project.expectToWork();
});
