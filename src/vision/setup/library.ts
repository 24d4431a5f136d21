import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { SetupProgress } from '../../shared/extensions/setup-step.ts';
import { problem, type Result, success } from '../../shared/problem.ts';
import { openPackageIndex } from './index/package-index.ts';
import { readPipSettings } from './index/pip-settings.ts';
import { unpackWheel } from './unpack-wheel.ts';
import type { Variant } from './variant.ts';
import { downloadCuda, downloadTensorFlow, type PinnedWheel, TENSORFLOW_VERSION, type WheelSource } from './wheels.ts';

/** Returns where TensorFlow is kept for every project of this user, laid out as its wheels are: it finds CUDA by that. */
export function libraryDirectory(variant: Variant): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'pipeline', `tensorflow-${TENSORFLOW_VERSION}-${variant}`);
}

/**
 * Puts TensorFlow's C library into its directory, which appears complete, by a rename. Two of these at once wait for each
 * other's download, unpack it twice, and the first to finish wins; a killed one's download is resumed.
 */
export async function fetchLibrary(
  variant: Variant,
  wheel: PinnedWheel,
  progress: SetupProgress,
): Promise<Result<void>> {
  const directory = libraryDirectory(variant);
  await removeAbandoned(directory);
  const result = await fetchInto(directory, variant, wheel, progress);
  // The one that was first deletes the wheels, perhaps while this one reads them.
  return existsSync(directory) ? success(undefined) : result;
}

async function fetchInto(
  directory: string,
  variant: Variant,
  wheel: PinnedWheel,
  progress: SetupProgress,
): Promise<Result<void>> {
  const incomplete = `${directory}.incomplete-${hostname()}-${process.pid}`;
  const wheels = `${directory}.wheels`;
  const settings = readPipSettings();
  // Large, and seldom needed.
  const { openConnections } = await import('./index/connections.ts');
  const connections = openConnections(settings);
  try {
    await mkdir(incomplete, { recursive: true });
    const source = { index: openPackageIndex(settings, connections.fetch), directory: wheels, progress };
    const filled = await fill(incomplete, variant, wheel, source);
    if (!filled.ok) return filled;
    await rename(incomplete, directory);
    await rm(wheels, { recursive: true, force: true });
    return success(undefined);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return problem(`TensorFlow cannot be written to ${dirname(directory)}: ${error.message}`, {
      advice:
        'Free disk space there (it needs 1.3 GB, 11 GB with CUDA) or make it writable, or name another place in ' +
        'XDG_CACHE_HOME; then run `npx pipeline setup` again.',
    });
  } finally {
    await connections.close();
    // The error before is the one to report.
    await rm(incomplete, { recursive: true, force: true }).catch(() => {});
  }
}

async function fill(
  directory: string,
  variant: Variant,
  pinned: PinnedWheel,
  source: WheelSource,
): Promise<Result<void>> {
  const { progress } = source;
  const tensorflow = await downloadTensorFlow(pinned, source);
  if (!tensorflow.ok) return tensorflow;
  progress.begin('Unpacking TensorFlow');
  const unpacked = await unpackWheel(tensorflow.value, directory, (share) => progress.update(share, 1));
  if (!unpacked.ok || variant === 'cpu') return unpacked;

  const cuda = await downloadCuda(directory, source);
  if (!cuda.ok) return cuda;
  progress.begin('Unpacking CUDA');
  for (const [index, wheel] of cuda.value.entries()) {
    const result = await unpackWheel(wheel, directory, (share) => progress.update(index + share, cuda.value.length));
    if (!result.ok) return result;
  }
  return success(undefined);
}

/** Deletes what set-ups on this machine left that do not run any more. */
async function removeAbandoned(directory: string): Promise<void> {
  const prefix = `${basename(directory)}.incomplete-${hostname()}-`;
  const names = await readdir(dirname(directory)).catch(() => []);
  for (const name of names.filter((name) => name.startsWith(prefix))) {
    if (!isRunning(Number(name.slice(prefix.length)))) {
      await rm(join(dirname(directory), name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
