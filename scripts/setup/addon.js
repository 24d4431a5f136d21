import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findExecutable, lastLines, runCommand } from './command.js';
import { problem, success } from './result.js';

/**
 * @import { Result } from '../../src/shared/problem.ts'
 * @import { Progress } from './progress.js'
 */

/** The newest Node-API that tfjs-node asks for. Node 20.19 and all after it offer a newer one, so they load this. */
const NODE_API_VERSION = '8';

const COMPILER_OPTIONS = ['-std=c++17', '-O2', '-fPIC', '-shared', '-w', `-DNAPI_VERSION=${NODE_API_VERSION}`];

/** @param {string} root */
export function tfjsNode(root) {
  return join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
}

/**
 * @param {string} root
 * @returns {string} where tfjs-node looks for the addon
 */
export function installedAddon(root) {
  return join(tfjsNode(root), 'lib', `napi-v${NODE_API_VERSION}`, 'tfjs_binding.node');
}

/** @returns {string | undefined} the C++ compiler: what CXX names, or what is usual */
export function findCompiler() {
  return findExecutable([process.env['CXX'] ?? '', 'c++', 'g++', 'clang++'].filter(Boolean));
}

/**
 * Where the addon is kept beside its library once it is built, for other clones to copy.
 *
 * @param {string} root
 * @param {string} library
 */
export async function builtAddon(root, library) {
  const key = createHash('sha256').update(JSON.stringify([COMPILER_OPTIONS, library]));
  for (const name of ['@tensorflow/tfjs-node-gpu', 'node-api-headers']) {
    key.update(await readFile(join(root, 'node_modules', name, 'package.json')));
  }
  return join(library, 'addon', key.digest('hex').slice(0, 16), 'tfjs_binding.node');
}

/**
 * Compiles tfjs-node's addon without node-gyp, which would download headers: Node-API's come as a package.
 *
 * @param {string} root
 * @param {string} library  the directory with TensorFlow's wheels unpacked
 * @param {Progress} progress
 * @returns {Promise<Result<void>>}
 */
export async function buildAddon(root, library, progress) {
  const compiler = findCompiler() ?? 'c++';
  const tensorflow = join(library, 'tensorflow');
  const target = await builtAddon(root, library);
  const temporary = `${target}.${process.pid}`;
  progress.begin('Compiling the TensorFlow addon');
  await mkdir(dirname(target), { recursive: true });
  const { ok, output } = await runCommand(compiler, [
    ...COMPILER_OPTIONS,
    `-I${join(root, 'node_modules', 'node-api-headers', 'include')}`,
    `-I${join(tensorflow, 'include')}`,
    `-I${tfjsNode(root)}`,
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(tfjsNode(root), 'binding', name)),
    ...['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'].map((name) => join(tensorflow, name)),
    // By its own folder's name, not through a link: from there TensorFlow finds CUDA as $ORIGIN/../nvidia.
    `-Wl,-rpath,${tensorflow}`,
    '-o',
    temporary,
  ]);
  if (!ok) {
    await rm(temporary, { force: true });
    return problem(
      `${compiler} could not compile TensorFlow's addon:\n${lastLines(output)}`,
      'Install a C++17 compiler (`apt-get install g++`), or name one in CXX, and run `npm run setup` again.',
    );
  }
  await rename(temporary, target);
  return success(undefined);
}

/**
 * @param {string} root
 * @param {string} library
 */
export async function installAddon(root, library) {
  const target = installedAddon(root);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(await builtAddon(root, library), `${target}.${process.pid}`);
  // A process that runs on the old one keeps it.
  await rename(`${target}.${process.pid}`, target);
}

/**
 * Starts TensorFlow in a process of its own, to learn whether it works and which it is.
 *
 * @param {string} root
 * @param {string} library  the directory that it comes from
 * @returns {Promise<Result<string>>} its version
 */
export async function tryAddon(root, library) {
  const program =
    "const tf = require('@tensorflow/tfjs-node-gpu'); console.log(`\\n${tf.backend().binding.TF_Version}`)";
  const { ok, output } = await runCommand(process.execPath, ['--no-deprecation', '-e', program], { cwd: root });
  if (ok && existsSync(installedAddon(root))) return success(output.trimEnd().split('\n').at(-1) ?? '');
  return problem(
    `TensorFlow is there but does not start:\n${lastLines(output)}`,
    `Delete ${library} and run \`npm run setup\` again.`,
  );
}
