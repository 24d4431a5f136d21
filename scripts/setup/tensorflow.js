import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildAddon, builtAddon, findCompiler, installAddon, installedAddon, tfjsNode, tryAddon } from './addon.js';
import { findExecutable, runCommand } from './command.js';
import { fetchLibrary, libraryDirectory } from './library.js';
import { runOwnInstaller } from './own-installer.js';
import { success } from './result.js';
import { chooseVariant } from './variant.js';
import { pinnedWheel, TENSORFLOW_VERSION } from './wheels.js';

/**
 * @import { Result } from '../../src/shared/problem.ts'
 * @import { Missing } from './own-installer.js'
 * @import { Progress } from './progress.js'
 * @import { Variant } from './variant.js'
 */

/**
 * What node_modules/@tensorflow/tfjs-node-gpu/tensorflow.json says.
 *
 * @typedef {object} InstalledTensorFlow
 * @property {string} tensorflow             its version
 * @property {Variant | 'bundled'} variant   `bundled`: what the package's own installer fetched
 * @property {string} library                the directory with TensorFlow's shared libraries
 */

/**
 * Puts TensorFlow under tfjs-node: a current one from PyPI, compiled against here; where that cannot be, the old one
 * that the package's own installer knows.
 *
 * @param {string} root
 * @param {Progress} progress
 * @returns {Promise<Result<void>>}
 */
export async function setUpTensorFlow(root, progress) {
  const variant = chooseVariant();
  if (!variant.ok) return variant;
  const installed = await readInstalled(root);
  if (installed?.variant === variant.value && installed.tensorflow === TENSORFLOW_VERSION) return success(undefined);

  const missing = await findMissing(root, variant.value);
  if (missing.length > 0) {
    if (installed?.variant === 'bundled') return success(undefined);
    const bundled = await runOwnInstaller(root, missing, progress);
    return bundled.ok ? finish(root, 'bundled', join(tfjsNode(root), 'deps', 'lib')) : bundled;
  }

  const library = libraryDirectory(variant.value);
  const wheel = pinnedWheel(variant.value);
  if (!existsSync(library) && wheel !== undefined) {
    const fetched = await fetchLibrary(variant.value, wheel, progress);
    if (!fetched.ok) return fetched;
  }
  if (!existsSync(await builtAddon(root, library))) {
    const built = await buildAddon(root, library, progress);
    if (!built.ok) return built;
  }
  await installAddon(root, library);
  return finish(root, variant.value, join(library, 'tensorflow'));
}

/**
 * @param {string} root
 * @returns {Promise<InstalledTensorFlow | undefined>} undefined unless all of it is there
 */
async function readInstalled(root) {
  try {
    /** @type {InstalledTensorFlow} */
    const installed = JSON.parse(await readFile(record(root), 'utf8'));
    return existsSync(installedAddon(root)) && existsSync(installed.library) ? installed : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What the way over PyPI lacks on this machine. What is in the cache already needs neither pip nor a compiler.
 *
 * @param {string} root
 * @param {Variant} variant
 * @returns {Promise<Missing[]>}
 */
async function findMissing(root, variant) {
  if (pinnedWheel(variant) === undefined) {
    return [{ what: `TensorFlow ${TENSORFLOW_VERSION} (${variant}) on PyPI for ${process.platform} ${process.arch}` }];
  }
  const library = libraryDirectory(variant);
  const missing = [];
  if (!hasGlibc()) missing.push({ what: 'glibc' });
  if (!existsSync(library) && !(await hasPip())) {
    missing.push({ what: 'Python 3 with pip', debianPackage: 'python3-pip' });
  }
  if (!existsSync(await builtAddon(root, library)) && findCompiler() === undefined) {
    missing.push({ what: 'C++ compiler', debianPackage: 'g++' });
  }
  return missing;
}

async function hasPip() {
  return findExecutable(['python3']) !== undefined && (await runCommand('python3', ['-m', 'pip', '--version'])).ok;
}

/** Alpine and its like have another C library, which the wheels do not run on. */
function hasGlibc() {
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return report.header?.glibcVersionRuntime !== undefined;
}

/**
 * @param {string} root
 * @param {InstalledTensorFlow['variant']} variant
 * @param {string} library
 * @returns {Promise<Result<void>>}
 */
async function finish(root, variant, library) {
  const version = await tryAddon(root, library);
  if (!version.ok) return version;
  /** @type {InstalledTensorFlow} */
  const installed = { tensorflow: version.value, variant, library };
  await writeFile(record(root), `${JSON.stringify(installed, null, 2)}\n`);
  return success(undefined);
}

/** @param {string} root */
function record(root) {
  return join(tfjsNode(root), 'tensorflow.json');
}
