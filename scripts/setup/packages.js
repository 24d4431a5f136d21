import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lastLines, runCommand } from './command.js';
import { problem, success } from './result.js';

/**
 * @import { Result } from '../../src/shared/problem.ts'
 * @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockedPackage
 */

/**
 * Brings node_modules in line with package-lock.json.
 *
 * Runs no package's install script: TensorFlow's would fetch a version that no current GPU runs.
 *
 * @param {string} root
 * @param {(message: string) => void} note  is told what takes time
 * @returns {Promise<Result<void>>}
 */
export async function installPackages(root, note) {
  if (await packagesMatchLock(root)) return success(undefined);
  note('Installing packages');
  const { ok, output } = await npm(root, ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund']);
  if (ok) return success(undefined);
  return problem(
    `npm could not install the packages of ${join(root, 'package-lock.json')}:\n${lastLines(output)}`,
    'Fix what npm reports (often the network, or the registry in ~/.npmrc), then run the same command again.',
  );
}

/**
 * Compares with the lock that npm keeps inside node_modules, so that what somebody installed by hand counts too.
 *
 * @param {string} root
 */
export async function packagesMatchLock(root) {
  const [wanted, installed] = await Promise.all([
    lockedPackages(join(root, 'package-lock.json')),
    lockedPackages(join(root, 'node_modules', '.package-lock.json')),
  ]);
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true;
    const found = installed[path];
    if (found === undefined) return optional === true; // Made for another platform.
    return found.version === version && found.integrity === integrity;
  });
}

/**
 * @param {string} file
 * @returns {Promise<Record<string, LockedPackage> | undefined>} undefined when it is not there or broken
 */
async function lockedPackages(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * The npm that runs this script, if one does: it need not be the first on PATH.
 *
 * @param {string} cwd
 * @param {readonly string[]} args
 */
function npm(cwd, args) {
  const cli = process.env['npm_execpath'];
  return cli !== undefined && /\bnpm-cli\.c?js$/.test(cli)
    ? runCommand(process.execPath, [cli, ...args], { cwd })
    : runCommand('npm', args, { cwd });
}
