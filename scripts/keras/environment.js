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
 * A Python that has Keras 3, tf_keras, TensorFlow, pyarrow and Hugging Face datasets, to compare with: in a virtual
 * environment that is made when it is first asked for and kept for all clones on this machine. It comes into being whole,
 * by a rename.
 *
 * @param {(message: string) => void} note  told when one has to wait for it
 * @param {string} [root]  of this repository, for whoever is bundled
 * @returns {Promise<Result<string>>} the path of its interpreter
 */
export async function kerasPython(note, root = ROOT) {
  const requirements = join(root, 'scripts', 'keras', 'requirements.txt');
  const found = await runCommand('python3', ['-c', 'import sys; print(sys.implementation.cache_tag)']);
  if (!found.ok) return problem(`Python 3 could not be started: ${found.output}`, 'Install Python 3.11 or newer.');
  const environment = await environmentFor(found.output.trim(), requirements);
  const python = join(environment, 'bin', 'python');
  if (existsSync(python)) return success(python);
  note(`Installing Keras and TensorFlow for comparisons into ${environment} (2 GB)`);
  const incomplete = `${environment}.incomplete-${hostname()}-${process.pid}`;
  try {
    const made = await makeEnvironment(incomplete, requirements);
    if (!made.ok) return made;
    await rename(incomplete, environment).catch(() => {}); // Another one may have been first.
    return existsSync(python) ? success(python) : problem(`${environment} is in the way`, 'Remove it.');
  } finally {
    await rm(incomplete, { recursive: true, force: true });
  }
}

/**
 * @param {string} interpreter  what tells one version of Python from another
 * @param {string} requirements  a file
 * @returns {Promise<string>}
 */
async function environmentFor(interpreter, requirements) {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const digest = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex');
  return join(cache, 'pipeline', `keras-${digest.slice(0, 12)}-${interpreter}`);
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
    // pip's own temporary files go there as well: on many machines /tmp is small.
    const { ok, output } = await runCommand(file, args, { env: { TMPDIR: directory } });
    if (ok) continue;
    return problem(
      `Keras could not be installed: ${lastLines(output)}`,
      'It needs Python 3.11 to 3.13 with venv and pip; check that pip reaches its package index (`python3 -m pip config list` shows which one).',
    );
  }
  return success(undefined);
}
