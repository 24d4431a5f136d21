import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { success } from '../setup/result.js';

/** @import { Result } from '../../src/problem.ts' */

/** What `pipeline init` copies, and what `pipeline completion` prints. */
const COPIED = ['template', 'completions'];

/**
 * Publishes the files that commands hand out as they are.
 *
 * @param {string} root
 * @returns {Promise<Result<void>>}
 */
export async function copyFiles(root) {
  for (const name of COPIED) {
    const target = join(root, 'dist', name);
    await rm(target, { recursive: true, force: true });
    await cp(join(root, name), target, { recursive: true });
  }
  return success(undefined);
}
