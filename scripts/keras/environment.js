import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastLines, runCommand } from '../setup/command.js';
import { problem, success } from '../setup/result.js';

/** @import { Result } from '../../src/shared/problem.ts' */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Returns a Python with Keras 3, tf_keras, TensorFlow, scikit-learn, cleanlab and others, for comparisons. The virtual
 * environment is created on first use, atomically, and shared by all clones on this machine.
 *
 * @param {(message: string) => void} note  called before a long installation
 * @param {string} [root]  the root of this repository; required in bundled code
 * @returns {Promise<Result<string>>} the path of its interpreter
 */
export function kerasPython(note, root = ROOT) {
  return pythonWith('keras', 'Keras (2 GB)', note, root);
}

/**
 * Returns a Python with Hera, in which the models of Argo's objects are: an environment like that of `kerasPython`.
 *
 * @param {(message: string) => void} note  called before the installation
 * @returns {Promise<Result<string>>} the path of its interpreter
 */
export function heraPython(note) {
  return pythonWith('hera', 'Hera (45 MB)', note, ROOT);
}

/**
 * @param {'keras' | 'hera'} name  of the folder with its requirements, and of the environment
 * @param {string} what
 * @param {(message: string) => void} note
 * @param {string} root
 * @returns {Promise<Result<string>>}
 */
async function pythonWith(name, what, note, root) {
  const requirements = join(root, 'scripts', name, 'requirements.txt');
  const found = await runCommand('python3', ['-c', 'import sys; print(sys.implementation.cache_tag)']);
  if (!found.ok) return problem(`cannot run Python 3: ${found.output}`, 'Install Python 3.11 or newer.');
  const environment = await environmentFor(name, found.output.trim(), requirements);
  const python = join(environment, 'bin', 'python');
  if (existsSync(python)) return success(python);
  note(`Installing ${what} for comparisons into ${environment}`);
  const incomplete = `${environment}.incomplete-${hostname()}-${process.pid}`;
  try {
    const made = await makeEnvironment(incomplete, requirements);
    if (!made.ok) return made;
    await rename(incomplete, environment).catch(() => {}); // Another process may have created it meanwhile.
    return existsSync(python) ? success(python) : problem(`${environment} exists but contains no Python`, 'Delete it.');
  } finally {
    await rm(incomplete, { recursive: true, force: true });
  }
}

/**
 * @param {string} name
 * @param {string} interpreter  identifies the version of Python
 * @param {string} requirements  a file
 * @returns {Promise<string>}
 */
async function environmentFor(name, interpreter, requirements) {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const digest = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex');
  return join(cache, 'pipeline', `${name}-${digest.slice(0, 12)}-${interpreter}`);
}

/**
 * @param {string} directory
 * @param {string} requirements  a file
 * @returns {Promise<Result<void>>}
 */
async function makeEnvironment(directory, requirements) {
  await mkdir(directory, { recursive: true });
  const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'];
  const commands = /** @type {const} */ ([
    ['python3', ['-m', 'venv', directory]],
    [join(directory, 'bin', 'python'), ['-m', 'pip', 'install', ...options, '--requirement', requirements]],
  ]);
  for (const [file, args] of commands) {
    // pip's temporary files go there too, because /tmp is small on many machines.
    const { ok, output } = await runCommand(file, args, { env: { TMPDIR: directory } });
    if (ok) continue;
    return problem(
      `cannot install the packages of ${requirements}: ${lastLines(output)}`,
      'Python 3.11 to 3.13 with venv and pip is required; check that pip can reach its package index (`python3 -m pip config list` shows which one).',
    );
  }
  return success(undefined);
}
