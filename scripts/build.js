import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './build/bundle.js';
import { copyFiles } from './build/copies.js';
import { isUpToDate, stampBuild } from './build/freshness.js';
import { emitLibrary } from './build/library.js';
import { writePipelineSchema } from './build/pipeline-schema.js';
import { printProblems } from './setup/problems.js';
import { success } from './setup/result.js';

/** @import { Result } from '../src/shared/problem.ts' */

/**
 * Builds dist/ from src/: the commands and the library as JavaScript, its type declarations, the schema of pipeline.yaml,
 * and the files that commands copy. Does nothing, in a few milliseconds, if dist/ is up to date.
 *
 * @param {string} root
 * @returns {Promise<Result<void>>}
 */
export async function build(root) {
  if (await isUpToDate(root)) return success(undefined);
  const started = new Date();
  for (const step of [bundle, emitLibrary, writePipelineSchema, copyFiles]) {
    const result = await step(root);
    if (!result.ok) return result;
  }
  await stampBuild(root, started);
  return success(undefined);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  await rm(join(root, 'dist'), { recursive: true, force: true });
  const result = await build(root);
  if (!result.ok) {
    printProblems(result.failure);
    process.exitCode = 2;
  }
}
