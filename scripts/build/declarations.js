import { join } from 'node:path';
import { runCommand } from '../setup/command.js';
import { problem, success } from '../setup/result.js';

/** @import { Result } from '../../src/shared/problem.ts' */

/**
 * Writes the type declarations of the stage API, for projects that use this package.
 *
 * @param {string} root
 * @returns {Promise<Result<void>>}
 */
export async function emitDeclarations(root) {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { ok, output } = await runCommand(process.execPath, [compiler, '-p', 'tsconfig.declarations.json'], {
    cwd: root,
  });
  return ok ? success(undefined) : problem(`cannot write the type declarations of the stage API:\n${output.trimEnd()}`);
}
