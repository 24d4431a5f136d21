import { lstat, mkdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const TARGET = join('..', '..', 'dist', 'cli.cjs');

/**
 * Makes `npx pipeline` work in a clone as it does where the package is installed: npm links no package's own bin.
 *
 * @param {string} root
 */
export async function linkCommand(root) {
  const link = join(root, 'node_modules', '.bin', 'pipeline');
  if ((await readlink(link).catch(() => undefined)) === TARGET) return;
  await mkdir(dirname(link), { recursive: true });
  if (await lstat(link).catch(() => undefined)) await rm(link);
  await symlink(TARGET, link);
}
