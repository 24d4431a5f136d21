import { existsSync } from 'node:fs';
import { installedAddon } from './addon.js';
import { lastLines } from './command.js';
import { npm } from './packages.js';
import { problem, success } from './result.js';

/**
 * @import { Result } from '../../src/shared/problem.ts'
 * @import { Progress } from './progress.js'
 */

/**
 * What building TensorFlow's addon here lacks.
 *
 * @typedef {object} Missing
 * @property {string} what
 * @property {string} [debianPackage]  what brings it, if anything does
 */

/**
 * Lets tfjs-node install TensorFlow its own way, which takes no tools where a ready-made addon exists.
 *
 * @param {string} root
 * @param {readonly Missing[]} missing  why it has to be this way
 * @param {Progress} progress
 * @returns {Promise<Result<void>>}
 */
export async function runOwnInstaller(root, missing, progress) {
  const reason = `There is no ${missing.map(({ what }) => what).join(' and no ')}`;
  progress.begin(`${reason}: trying the installer of tfjs-node`);
  const options = ['--ignore-scripts=false', '--foreground-scripts'];
  const { output } = await npm(root, ['rebuild', '@tensorflow/tfjs-node-gpu', ...options]);
  // Its exit code is no proof: the installer overlooks errors.
  if (existsSync(installedAddon(root))) return success(undefined);
  const error = output.match(/^\w*Error: .*$/m)?.[0] ?? lastLines(output);
  return problem(
    `TensorFlow could not be set up. ${reason}, and the installer of tfjs-node, tried instead, failed:\n${error}`,
    adviceFor(missing),
  );
}

/** @param {readonly Missing[]} missing */
function adviceFor(missing) {
  const packages = missing.flatMap(({ debianPackage }) => debianPackage ?? []);
  return packages.length === missing.length
    ? `Run \`apt-get install ${packages.join(' ')}\` (or what your system calls them), then \`npm run setup\`.`
    : 'Use a 64-bit Linux with glibc, on x64 or ARM; on other systems it runs in a container of Debian.';
}
