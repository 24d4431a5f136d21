import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { success } from '../setup/result.js';

/** @import { Result } from '../../src/shared/problem.ts' */

/** The files for `pipeline init` and `pipeline completion`: source → name in dist/, a folder before what is added to it. */
const COPIED = [
  { from: 'examples', to: 'examples' },
  { from: 'pipeline.yaml', to: 'examples/fashionai/pipeline.yaml' },
  { from: 'stages', to: 'examples/fashionai/stages' },
  { from: 'src/engine/cli/completion/scripts', to: 'completions' },
];

/**
 * Copies files that commands use unchanged to dist/.
 *
 * @param {string} root
 * @returns {Promise<Result<void>>}
 */
export async function copyFiles(root) {
  for (const { from, to } of COPIED) {
    const target = join(root, 'dist', to);
    await rm(target, { recursive: true, force: true });
    await cp(join(root, from), target, { recursive: true });
  }
  return success(undefined);
}
