import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { success } from '../setup/result.js';

/** @import { Result } from '../../src/shared/problem.ts' */

/** What `pipeline init` copies, and what `pipeline completion` prints: source → name in dist/. */
const COPIED = [
  { from: 'examples', to: 'examples' },
  { from: 'src/engine/cli/completion/scripts', to: 'completions' },
];

/**
 * Publishes the files that commands hand out as they are.
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
