import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { success } from '../setup/result.js';

/** @import { Result } from '../../src/problem.ts' */

/**
 * Publishes the files that `pipeline init` copies.
 *
 * @param {string} root
 * @returns {Promise<Result<void>>}
 */
export async function copyTemplate(root) {
  const target = join(root, 'dist', 'template');
  await rm(target, { recursive: true, force: true });
  await cp(join(root, 'template'), target, { recursive: true });
  return success(undefined);
}
