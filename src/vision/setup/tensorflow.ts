import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SetupProgress } from '../../shared/extensions/setup-step.ts';
import { problem, type Result, success } from '../../shared/problem.ts';
import { installBinding, isBindingInstalled, tryTensorFlow } from './binding.ts';
import { fetchLibrary, libraryDirectory } from './library.ts';
import { bundledLibrary, runOwnInstaller } from './own-installer.ts';
import { findTfjsNode, installTfjsNode, TFJS_NODE, TFJS_NODE_VERSION } from './package.ts';
import { chooseVariant, type Variant } from './variant.ts';
import { type PinnedWheel, pinnedWheel, TENSORFLOW_VERSION } from './wheels.ts';

/** What `tensorflow.json` in the folder of tfjs-node says: `src/vision/tensorflow/runtime-facts.ts` reads it. */
export interface SetUpTensorFlow {
  /** Its version. */
  readonly tensorflow: string;
  /** `bundled`: what the package's own installer fetched. */
  readonly variant: Variant | 'bundled';
  /** The directory with TensorFlow's shared libraries. */
  readonly library: string;
}

/** The machine that it is for. */
export interface SetUpOptions {
  readonly platform?: string;
  readonly architecture?: string;
}

/**
 * Sets TensorFlow up for the project of `root`: installs tfjs-node if it is missing, downloads a current TensorFlow from
 * the Python package index, once for all projects of this machine, and connects the two. Where there is no wheel for the
 * platform, tfjs-node installs the old TensorFlow that it knows.
 *
 * Checks what it needs of the machine before it downloads anything.
 */
export async function setUpTensorFlow(
  root: string,
  progress: SetupProgress,
  { platform = process.platform, architecture = process.arch }: SetUpOptions = {},
): Promise<Result<SetUpTensorFlow>> {
  const variant = chooseVariant();
  if (!variant.ok) return variant;
  const found = findTfjsNode(root);
  const installed = found === undefined ? undefined : await readInstalled(found);
  if (installed?.variant === variant.value && installed.tensorflow === TENSORFLOW_VERSION) return success(installed);

  const wheel = pinnedWheel(variant.value, platform, architecture);
  if (installed?.variant === 'bundled' && wheel === undefined) return success(installed);
  if (wheel !== undefined && platform === 'linux' && !hasGlibc()) {
    return problem('TensorFlow needs glibc, and this system has another C library.', {
      advice: 'Use a distribution such as Debian, Ubuntu or Fedora, or a container of one.',
    });
  }

  if (found === undefined) progress.begin(`Installing ${TFJS_NODE} ${TFJS_NODE_VERSION}`);
  const tfjsNode = found === undefined ? await installTfjsNode(root) : success(found);
  if (!tfjsNode.ok) return tfjsNode;
  if (wheel === undefined) {
    const reason = `There is no wheel of TensorFlow ${TENSORFLOW_VERSION} (${variant.value}) for ${platform} ${architecture}`;
    const bundled = await runOwnInstaller(root, tfjsNode.value, reason, progress);
    return bundled.ok ? finish(tfjsNode.value, 'bundled', bundledLibrary(tfjsNode.value)) : bundled;
  }
  return connect(tfjsNode.value, variant.value, wheel, progress);
}

async function connect(
  tfjsNode: string,
  variant: Variant,
  wheel: PinnedWheel,
  progress: SetupProgress,
): Promise<Result<SetUpTensorFlow>> {
  const directory = libraryDirectory(variant);
  if (!existsSync(directory)) {
    const fetched = await fetchLibrary(variant, wheel, progress);
    if (!fetched.ok) return fetched;
  }
  return finish(tfjsNode, variant, join(directory, 'tensorflow'));
}

/** Returns what is set up in the folder of tfjs-node; nothing unless it is complete. */
async function readInstalled(tfjsNode: string): Promise<SetUpTensorFlow | undefined> {
  try {
    const installed = JSON.parse(await readFile(record(tfjsNode), 'utf8')) as SetUpTensorFlow;
    const isComplete = existsSync(installed.library) && (await isBindingInstalled(tfjsNode, installed.library));
    return isComplete ? installed : undefined;
  } catch {
    return undefined;
  }
}

/** Alpine and the like have another C library, on which the wheels do not run. */
function hasGlibc(): boolean {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime !== undefined;
}

async function finish(
  tfjsNode: string,
  variant: SetUpTensorFlow['variant'],
  library: string,
): Promise<Result<SetUpTensorFlow>> {
  await installBinding(tfjsNode, library);
  const version = await tryTensorFlow(tfjsNode, library);
  if (!version.ok) return version;
  const installed: SetUpTensorFlow = { tensorflow: version.value, variant, library };
  await writeFile(record(tfjsNode), `${JSON.stringify(installed, null, 2)}\n`);
  return success(installed);
}

function record(tfjsNode: string): string {
  return join(tfjsNode, 'tensorflow.json');
}
