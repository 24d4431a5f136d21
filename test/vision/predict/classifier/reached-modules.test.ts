import { resolve } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

/** What a server that classifies images has no use for. */
const NOT_REACHED =
  /^src\/(engine|demo|vision\/(train|evaluate\/(?!metrics\/)|explain|stages|page|setup|inspect|keras|download|data\/(shards|labels)))\//;
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js', 'ajv', 'sharp'];

test('pipeline/vision/predict reaches neither the runner, nor the training, nor other stages', async () => {
  const { metafile } = await build({
    absWorkingDir: resolve(import.meta.dirname, '../../../..'),
    entryPoints: ['src/vision/predict/index.ts'],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
  const modules = Object.keys(metafile.inputs);
  expect(modules).toContain('src/vision/models/backbones/small-cnn.ts');
  expect(modules.filter((path) => NOT_REACHED.test(path))).toEqual([]);
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  expect([...new Set(imported)].filter((path) => !path.startsWith('node:')).sort()).toEqual(PACKAGES);
});
