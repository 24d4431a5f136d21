import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

/** What a server that classifies images has no use for. */
const NOT_REACHED =
  /^src\/(engine|demo|vision\/(train|evaluate\/(?!metrics\/)|explain|stages|page|setup|inspect|keras|download|data\/(shards|labels)))\//;
const ROOT = resolve(import.meta.dirname, '../../../..');

/** Returns the modules of this repository that one of its modules reaches, and the packages that these import. */
async function reachedFrom(entryPoint: string) {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entryPoint],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  const packages = imported
    .filter((path) => !path.startsWith('node:'))
    .map((path) => /^(@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  return { modules: Object.keys(metafile.inputs), packages: [...new Set(packages)].sort() };
}

test('pipeline/vision/predict reaches neither the runner, nor the training, nor other stages', async () => {
  const { modules, packages } = await reachedFrom('src/vision/predict/index.ts');
  expect(modules).toContain('src/vision/models/backbones/small-cnn.ts');
  expect(modules.filter((path) => NOT_REACHED.test(path))).toEqual([]);
  expect(packages).toEqual(['@bufbuild/protobuf', '@tensorflow/tfjs-node-gpu', 'ajv', 'sharp']);
});

test.each(['src/vision/index.ts', 'src/vision/predict/index.ts'])(
  'whoever installs the package has what %s imports',
  async (entryPoint) => {
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const { packages } = await reachedFrom(entryPoint);
    expect(Object.keys({ ...dependencies, ...peerDependencies })).toEqual(expect.arrayContaining(packages));
  },
);
