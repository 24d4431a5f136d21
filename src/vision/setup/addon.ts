import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFor } from '../../shared/atomic-write.ts';
import type { SetupProgress } from '../../shared/extensions/setup-step.ts';
import { problem, type Result, success } from '../../shared/problem.ts';
import { COMPILER_ADVICE, findCompiler } from './compiler.ts';
import { lastLines, runProgram } from './programs.ts';

/** The newest Node-API that tfjs-node asks for. Node 20.19 and later offer a newer one, so they load this. */
const NODE_API_VERSION = '8';

const COMPILER_OPTIONS = ['-std=c++17', '-O2', '-fPIC', '-shared', '-w', `-DNAPI_VERSION=${NODE_API_VERSION}`];

/** The folders of the packages from which the addon is built. */
export interface AddonSources {
  readonly tfjsNode: string;
  readonly headers: string;
}

/** Returns the path at which tfjs-node, in folder `tfjsNode`, looks for its addon. */
export function installedAddon(tfjsNode: string): string {
  return join(tfjsNode, 'lib', `napi-v${NODE_API_VERSION}`, 'tfjs_binding.node');
}

/** Returns the folder in which addons built against `library` are kept, for other projects to copy. */
export function builtAddons(library: string): string {
  return join(library, 'addon');
}

/** Returns the path of the addon that these sources make with `library`. */
export async function builtAddon({ tfjsNode, headers }: AddonSources, library: string): Promise<string> {
  const key = createHash('sha256').update(JSON.stringify([COMPILER_OPTIONS, library]));
  for (const folder of [tfjsNode, headers]) key.update(await readFile(join(folder, 'package.json')));
  return join(builtAddons(library), key.digest('hex').slice(0, 16), 'tfjs_binding.node');
}

/**
 * Compiles tfjs-node's addon by calling the compiler: node-gyp would need Python and make, and download headers, while
 * Node-API's come as a package.
 *
 * @param library the directory with TensorFlow's wheels unpacked
 */
export async function buildAddon(
  sources: AddonSources,
  library: string,
  progress: SetupProgress,
): Promise<Result<void>> {
  const compiler = findCompiler() ?? 'c++';
  const tensorflow = join(library, 'tensorflow');
  const target = await builtAddon(sources, library);
  const temporary = temporaryFor(target);
  progress.begin('Compiling the TensorFlow addon');
  await mkdir(dirname(target), { recursive: true });
  const { ok, output } = await runProgram(compiler, [
    ...COMPILER_OPTIONS,
    `-I${join(sources.headers, 'include')}`,
    `-I${join(tensorflow, 'include')}`,
    `-I${sources.tfjsNode}`,
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(sources.tfjsNode, 'binding', name)),
    ...['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'].map((name) => join(tensorflow, name)),
    // By its own folder's name, not through a link: from there TensorFlow finds CUDA as $ORIGIN/../nvidia.
    `-Wl,-rpath,${tensorflow}`,
    '-o',
    temporary,
  ]);
  if (!ok) {
    await rm(temporary, { force: true });
    return problem(`${compiler} could not compile TensorFlow's addon:\n${lastLines(output)}`, {
      advice: `It has to be a C++17 compiler. ${COMPILER_ADVICE}`,
    });
  }
  await rename(temporary, target);
  return success(undefined);
}

/** Copies the addon to where tfjs-node looks for it. */
export async function installAddon(sources: AddonSources, library: string): Promise<void> {
  const target = installedAddon(sources.tfjsNode);
  await mkdir(dirname(target), { recursive: true });
  const temporary = temporaryFor(target);
  await copyFile(await builtAddon(sources, library), temporary);
  // A process that runs on the old one keeps it.
  await rename(temporary, target);
}

/**
 * Starts TensorFlow in a process of its own, to learn whether it works.
 *
 * @param library the directory that it comes from
 * @returns its version
 */
export async function tryAddon(tfjsNode: string, library: string): Promise<Result<string>> {
  // tfjs-node calls two functions of node:util that Node 23 removed.
  const program = `const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value == null;
    util.isArray ??= Array.isArray;
    console.log('\\n' + require(${JSON.stringify(tfjsNode)}).backend().binding.TF_Version);`;
  const { ok, output } = await runProgram(process.execPath, ['--no-deprecation', '--eval', program]);
  if (ok && existsSync(installedAddon(tfjsNode))) return success(output.trimEnd().split('\n').at(-1) ?? '');
  return problem(`TensorFlow is installed but does not start:\n${lastLines(output)}`, {
    advice: `Delete ${library} and run \`npx pipeline setup\` again.`,
  });
}
