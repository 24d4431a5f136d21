import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lastLines, runCommand } from './command.js';
import { problem, success } from './result.js';

/**
 * @import { Result } from '../../src/shared/problem.ts'
 * @import { Progress } from './progress.js'
 * @import { Variant } from './variant.js'
 */

export const TENSORFLOW_VERSION = '2.21.0';

/**
 * A wheel on PyPI. One CPython's is as good as another's, since only its C library matters: the same for everybody
 * means that one digest can be pinned, whatever Python the machine has.
 *
 * @typedef {object} PinnedWheel
 * @property {string} distribution
 * @property {string} platform       pip's platform tag
 * @property {number} bytes
 * @property {string} sha256
 */

/** @type {Partial<Record<string, PinnedWheel>>} */
const PINNED_WHEELS = {
  'cpu-linux-x64': {
    distribution: 'tensorflow-cpu',
    platform: 'manylinux_2_27_x86_64',
    bytes: 274_000_871,
    sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
  },
  'cpu-linux-arm64': {
    distribution: 'tensorflow',
    platform: 'manylinux_2_27_aarch64',
    bytes: 281_946_471,
    sha256: 'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
  },
  'cuda-linux-x64': {
    distribution: 'tensorflow',
    platform: 'manylinux_2_27_x86_64',
    bytes: 572_611_111,
    sha256: 'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
  },
};

/**
 * @param {Variant} variant
 * @returns {PinnedWheel | undefined} undefined when TensorFlow is not published for this platform
 */
export function pinnedWheel(variant, platform = process.platform, architecture = process.arch) {
  return PINNED_WHEELS[`${variant}-${platform}-${architecture}`];
}

/**
 * Fetches TensorFlow's wheel into a directory, unless it is there already.
 *
 * @param {PinnedWheel} wheel
 * @param {string} directory
 * @param {Progress} progress
 * @returns {Promise<Result<string>>} the path of the wheel
 */
export function downloadTensorFlow(wheel, directory, progress) {
  return download(directory, {
    onStart: () => progress.begin(`Downloading TensorFlow ${TENSORFLOW_VERSION} (${Math.round(wheel.bytes / 1e6)} MB)`),
    distribution: wheel.distribution,
    requirement: `${wheel.distribution}==${TENSORFLOW_VERSION} --hash=sha256:${wheel.sha256}`,
    pipOptions: ['--implementation=cp', '--python-version=3.12', '--abi=cp312', `--platform=${wheel.platform}`],
    onBytes: (bytes) => progress.update(bytes, wheel.bytes),
  });
}

/**
 * Fetches the wheels with CUDA's libraries that TensorFlow's own metadata asks for.
 *
 * @param {string} unpacked   where TensorFlow's wheel has been unpacked
 * @param {string} directory
 * @param {Progress} progress
 * @returns {Promise<Result<string[]>>} the paths of the wheels
 */
export async function downloadCuda(unpacked, directory, progress) {
  const metadata = join(unpacked, `tensorflow-${TENSORFLOW_VERSION}.dist-info`, 'METADATA');
  const requirements = cudaRequirements(await readFile(metadata, 'utf8'));
  const wheels = [];
  progress.begin('Downloading CUDA (2.8 GB)');
  for (const [index, requirement] of requirements.entries()) {
    progress.update(index, requirements.length);
    const distribution = requirement.match(/^[\w.-]+/)?.[0] ?? requirement;
    const wheel = await download(directory, { distribution, requirement });
    if (!wheel.ok) return wheel;
    wheels.push(wheel.value);
  }
  return success(wheels);
}

/**
 * @param {string} metadata  the METADATA file of a wheel
 * @returns {string[]} what it asks for under its extra `and-cuda`, such as `nvidia-nccl-cu12<3.0,>=2.27.7`
 */
export function cudaRequirements(metadata) {
  return [...metadata.matchAll(/^Requires-Dist: ([^;\n]+); extra == ["']and-cuda["']/gm)].map(([, name = '']) =>
    name.trim(),
  );
}

/**
 * @typedef {object} WantedWheel
 * @property {string} distribution
 * @property {string} requirement    a line of a requirements file
 * @property {string[]} [pipOptions]
 * @property {() => void} [onStart]                not called for a wheel that is there already
 * @property {(bytes: number) => void} [onBytes]   how much there is so far, several times a second
 */

/**
 * A wheel comes under its own name by a rename, once pip has checked it: what lies in `directory` is whole.
 *
 * @param {string} directory
 * @param {WantedWheel} wanted
 * @returns {Promise<Result<string>>}
 */
async function download(directory, { distribution, requirement, pipOptions = [], onStart, onBytes }) {
  await mkdir(directory, { recursive: true });
  const kept = await findWheel(directory, distribution);
  if (kept !== undefined) return success(kept);
  onStart?.();
  // pip's own temporary files go there as well: on many machines /tmp is small.
  const temporary = await mkdtemp(join(directory, '.download-'));
  const watch = setInterval(async () => onBytes?.(await largestFile(temporary)), 200);
  try {
    const requirements = join(temporary, 'requirements.txt');
    await writeFile(requirements, `${requirement}\n`);
    const options = ['--quiet', '--no-deps', '--only-binary=:all:', ...pipOptions];
    const { ok, output } = await runCommand(
      'python3',
      ['-m', 'pip', 'download', ...options, '--dest', temporary, '--requirement', requirements],
      { env: { TMPDIR: temporary } },
    );
    const fetched = await findWheel(temporary, distribution);
    if (!ok || fetched === undefined) {
      return problem(
        `pip could not download ${distribution}:\n${lastLines(output)}`,
        'Check that pip reaches its package index (`python3 -m pip config list` shows which one), then run `npm run setup` again.',
      );
    }
    const whole = fetched.replace(temporary, directory);
    await rename(fetched, whole);
    return success(whole);
  } finally {
    clearInterval(watch);
    await rm(temporary, { recursive: true, force: true });
  }
}

/**
 * @param {string} directory
 * @param {string} distribution
 */
async function findWheel(directory, distribution) {
  const prefix = `${distribution.replaceAll(/[-.]+/g, '_')}-`;
  const name = (await readdir(directory)).find((file) => file.startsWith(prefix) && file.endsWith('.whl'));
  return name === undefined ? undefined : join(directory, name);
}

/** @param {string} directory */
async function largestFile(directory) {
  try {
    const sizes = (await readdir(directory, { recursive: true })).map(async (name) => {
      return (await stat(join(directory, name))).size;
    });
    return Math.max(0, ...(await Promise.all(sizes)));
  } catch {
    return 0; // pip moves its files about while they are looked at.
  }
}
