import { readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The inputs of the build. npm's lockfile in node_modules changes when a bundled package does. */
const BUILD_INPUTS = [
  'src',
  'examples',
  'pipeline.yaml',
  'stages',
  'scripts/build',
  'tsconfig.library.json',
  'node_modules/.package-lock.json',
];

/** @param {string} root */
function stamp(root) {
  return join(root, 'dist', '.built');
}

/**
 * @param {string} root
 * @returns {Promise<boolean>} whether no input has changed since dist/ was built
 */
export async function isUpToDate(root) {
  const built = await changed(stamp(root));
  if (built === undefined) return false;
  const times = await Promise.all(BUILD_INPUTS.map((path) => newest(join(root, path))));
  return times.every((time) => time < built);
}

/**
 * @param {string} root
 * @param {Date} started  when the build started; inputs that changed later are newer than the build
 */
export async function stampBuild(root, started) {
  await writeFile(stamp(root), '');
  await utimes(stamp(root), started, started);
}

/**
 * @param {string} path
 * @returns {Promise<number>} modification time of the file or the newest one in the directory, including the
 *   directories, so that deleted files are noticed
 */
async function newest(path) {
  const times = [(await changed(path)) ?? 0];
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) times.push(await newest(join(path, entry.name)));
  return Math.max(...times);
}

/** @param {string} path */
async function changed(path) {
  return (await stat(path).catch(() => undefined))?.mtimeMs;
}
