import { join } from 'node:path';
import { runCommand } from '../setup/command.js';
import { problem, success } from '../setup/result.js';

/** @import { Result } from '../../src/shared/problem.ts' */

/**
 * Writes what projects import as JavaScript with type declarations, module by module: a stage's bundle then has the
 * modules that the stage reaches, and no others.
 *
 * @param {string} root
 * @returns {Promise<Result<void>>}
 */
export async function emitLibrary(root) {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { ok, output } = await runCommand(process.execPath, [compiler, '-p', 'tsconfig.library.json'], { cwd: root });
  return ok ? success(undefined) : problem(`cannot compile the library:\n${output.trimEnd()}`);
}
