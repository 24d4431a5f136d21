import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './build.js';
import { printProblems } from './setup/problems.js';

/** `npm run bench`: builds dist/ if it is out of date, bundles bench/ and runs it. */

const root = fileURLToPath(new URL('..', import.meta.url));
const built = join(root, 'bench', '.built');

/** @param {readonly string[]} words */
async function bench(words) {
  const result = await build(root);
  if (!result.ok) {
    printProblems(result.failure);
    return 2;
  }
  const esbuild = await import('esbuild');
  await rm(built, { recursive: true, force: true });
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: {
      main: 'bench/main.ts',
      benchmarks: 'bench/benchmarks.ts',
      'resize-ours': 'bench/resize/ours.ts',
      'training-busy': 'bench/training/busy.ts',
      'training-ours': 'bench/training/ours.ts',
      'shard-read-ours': 'bench/shard-read/ours.ts',
    },
    outdir: built,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    logLevel: 'warning',
  });
  /** @param {string} name */
  const load = (name) => import(pathToFileURL(join(built, name)).href);
  const { main } = await load('main.js');
  const { benchmarks } = await load('benchmarks.js');
  return main(words, root, benchmarks, { print: console.log, note: console.error });
}

process.exitCode = await bench(process.argv.slice(2));
