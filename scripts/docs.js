import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './build.js';
import { printProblems } from './setup/problems.js';

/**
 * `npm run docs`: writes docs/reference/ from the command table, the stages' schemas, the schema of pipeline.yaml and the
 * comments on what the library exports, and records the transcripts of README and docs/ again.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const built = join(root, 'node_modules', '.cache', 'pipeline-docs', 'main.js');

async function docs() {
  const result = await build(root);
  if (!result.ok) {
    printProblems(result.failure);
    return 2;
  }
  const esbuild = await import('esbuild');
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['scripts/docs/main.ts'],
    outfile: built,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    alias: { 'pipeline/vision': './src/vision/index.ts', pipeline: './src/index.ts' },
    packages: 'external',
    logLevel: 'warning',
  });
  const { writeDocs } = await import(pathToFileURL(built).href);
  /** @type {readonly string[]} */
  const faults = await writeDocs(root);
  await rm(dirname(built), { recursive: true });
  for (const fault of faults) console.error(fault);
  return faults.length === 0 ? 0 : 1;
}

process.exitCode = await docs();
