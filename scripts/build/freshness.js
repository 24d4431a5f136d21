import { readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** npm's own lock in node_modules changes when a package that is bundled does. */
const MADE_FROM = ['src', 'examples', 'scripts/build', 'tsconfig.declarations.json', 'node_modules/.package-lock.json'];

/** @param {string} root */
function stamp(root) {
  return join(root, 'dist', '.built');
}

/**
 * @param {string} root
 * @returns {Promise<boolean>} whether nothing that dist/ is made from has changed since it was made
 */
export async function isUpToDate(root) {
  const built = await changed(stamp(root));
  if (built === undefined) return false;
  const times = await Promise.all(MADE_FROM.map((path) => newest(join(root, path))));
  return times.every((time) => time < built);
}

/**
 * @param {string} root
 * @param {Date} started  what has changed while it was being built counts as newer
 */
export async function stampBuild(root, started) {
  await writeFile(stamp(root), '');
  await utimes(stamp(root), started, started);
}

/**
 * @param {string} path
 * @returns {Promise<number>} when the file, or anything in the directory, last changed; a file gone counts too
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
