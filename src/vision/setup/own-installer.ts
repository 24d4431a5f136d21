import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SetupProgress } from '../../shared/extensions/setup-step.ts';
import { problem, type Result, success } from '../../shared/problem.ts';
import { TFJS_NODE } from './package.ts';
import { lastLines, runNpm } from './programs.ts';

/** Returns the directory into which the installer puts TensorFlow's library. */
export function bundledLibrary(tfjsNode: string): string {
  return join(tfjsNode, 'deps', 'lib');
}

/**
 * Lets tfjs-node install TensorFlow by its own script: an old version, but also for platforms without a wheel.
 *
 * @param reason why it has to be this way
 */
export async function runOwnInstaller(
  root: string,
  tfjsNode: string,
  reason: string,
  progress: SetupProgress,
): Promise<Result<void>> {
  progress.begin(`${reason}: trying the installer of tfjs-node`);
  const options = ['--ignore-scripts=false', '--foreground-scripts'];
  const { output } = await runNpm(root, ['rebuild', TFJS_NODE, ...options]);
  // Its exit code proves nothing: the installer ignores errors.
  if (existsSync(bundledLibrary(tfjsNode))) return success(undefined);
  const error = output.match(/^\w*Error: .*$/m)?.[0] ?? lastLines(output);
  return problem(`${reason}, and the installer of tfjs-node, tried instead, failed:\n${error}`, {
    advice: 'Use 64-bit Linux with glibc, on x64 or ARM; on other systems, a container of Debian.',
  });
}
