import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastLines, runCommand } from './command.js';
import { problem, success } from './result.js';
import { downloadCuda, downloadTensorFlow, TENSORFLOW_VERSION } from './wheels.js';

/**
 * @import { Result } from '../../src/shared/problem.ts'
 * @import { Progress } from './progress.js'
 * @import { PinnedWheel } from './wheels.js'
 * @import { Variant } from './variant.js'
 */

const UNPACK = fileURLToPath(new URL('unpack-wheel.py', import.meta.url));

/**
 * Where TensorFlow is kept for every clone on this machine, laid out as its wheels are: it finds CUDA by that.
 *
 * @param {Variant} variant
 */
export function libraryDirectory(variant) {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'pipeline', `tensorflow-${TENSORFLOW_VERSION}-${variant}`);
}

/**
 * Puts TensorFlow's C library into its directory, which comes into being whole, by a rename. Two of these at once do
 * the work twice and the first to finish wins; what a killed one had downloaded whole is used again.
 *
 * @param {Variant} variant
 * @param {PinnedWheel} wheel
 * @param {Progress} progress
 * @returns {Promise<Result<void>>}
 */
export async function fetchLibrary(variant, wheel, progress) {
  const directory = libraryDirectory(variant);
  await removeAbandoned(directory);
  const result = await fetchInto(directory, variant, wheel, progress);
  // The one that was first deletes the wheels, perhaps from under this one.
  return existsSync(directory) ? success(undefined) : result;
}

/**
 * @param {string} directory
 * @param {Variant} variant
 * @param {PinnedWheel} wheel
 * @param {Progress} progress
 * @returns {Promise<Result<void>>}
 */
async function fetchInto(directory, variant, wheel, progress) {
  const incomplete = `${directory}.incomplete-${hostname()}-${process.pid}`;
  const wheels = `${directory}.wheels`;
  try {
    await mkdir(incomplete, { recursive: true });
    const filled = await fill(incomplete, variant, wheel, wheels, progress);
    if (!filled.ok) return filled;
    await rename(incomplete, directory);
    await rm(wheels, { recursive: true, force: true });
    return success(undefined);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return problem(
      `TensorFlow could not be put into ${dirname(directory)}: ${error.message}`,
      'Make room there or make it writable; XDG_CACHE_HOME moves it elsewhere.',
    );
  } finally {
    // What went wrong before is what has to be told.
    await rm(incomplete, { recursive: true, force: true }).catch(() => {});
  }
}

/**
 * @param {string} directory
 * @param {Variant} variant
 * @param {PinnedWheel} pinned
 * @param {string} wheels
 * @param {Progress} progress
 * @returns {Promise<Result<void>>}
 */
async function fill(directory, variant, pinned, wheels, progress) {
  const tensorflow = await downloadTensorFlow(pinned, wheels, progress);
  if (!tensorflow.ok) return tensorflow;
  progress.begin('Unpacking TensorFlow');
  const unpacked = await unpack(tensorflow.value, directory, (share) => progress.update(share, 1));
  if (!unpacked.ok || variant === 'cpu') return unpacked;

  const cuda = await downloadCuda(directory, wheels, progress);
  if (!cuda.ok) return cuda;
  progress.begin('Unpacking CUDA');
  for (const [index, wheel] of cuda.value.entries()) {
    const result = await unpack(wheel, directory, (share) => progress.update(index + share, cuda.value.length));
    if (!result.ok) return result;
  }
  return success(undefined);
}

/**
 * @param {string} wheel
 * @param {string} directory
 * @param {(share: number) => void} onShare  0 to 1
 * @returns {Promise<Result<void>>}
 */
async function unpack(wheel, directory, onShare) {
  const { ok, output } = await runCommand('python3', [UNPACK, wheel, directory], {
    onStdout: (text) => onShare(Number.parseFloat(text.trim().split('\n').at(-1) ?? '')),
  });
  if (ok) return success(undefined);
  return problem(
    `${wheel} could not be unpacked into ${directory}: ${lastLines(output, 1)}`,
    'Make room there (TensorFlow takes 1 GB, 8 GB with CUDA), or delete the wheel if it is broken, and run `npm run setup` again.',
  );
}

/**
 * Deletes what set-ups of this machine left that do not run any more.
 *
 * @param {string} directory
 */
async function removeAbandoned(directory) {
  const prefix = `${basename(directory)}.incomplete-${hostname()}-`;
  const names = await readdir(dirname(directory)).catch(() => []);
  for (const name of names.filter((name) => name.startsWith(prefix))) {
    if (!isRunning(Number(name.slice(prefix.length)))) {
      await rm(join(dirname(directory), name), { recursive: true, force: true });
    }
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
