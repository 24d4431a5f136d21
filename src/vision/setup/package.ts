import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { problem, type Result, success } from '../../shared/problem.ts';
import { lastLines, runNpm } from './programs.ts';

export const TFJS_NODE = '@tensorflow/tfjs-node-gpu';
/** The version that the vision half is tested with, and to which package.json pins the peer dependency. */
export const TFJS_NODE_VERSION = '4.22.0';

/** The lockfiles of other package managers, which npm would not respect, and what installs a package with each. */
const OTHER_MANAGERS = [
  { lockfile: 'pnpm-lock.yaml', add: 'pnpm add --ignore-scripts' },
  { lockfile: 'yarn.lock', add: 'yarn add --ignore-scripts' },
  { lockfile: 'bun.lock', add: 'bun add --ignore-scripts' },
];

/** Returns the folder of TensorFlow.js as stages below `root` import it; nothing if it is not installed. */
export function findTfjsNode(root: string): string | undefined {
  return findPackage(TFJS_NODE, join(root, 'package.json'));
}

/**
 * Installs TensorFlow.js for the project of `root`, without its install script, which would download TensorFlow 2.9.1.
 *
 * It is not saved in package.json: each later `npm ci` would run that script.
 */
export async function installTfjsNode(root: string): Promise<Result<string>> {
  const spec = `${TFJS_NODE}@${TFJS_NODE_VERSION}`;
  const other = OTHER_MANAGERS.find(({ lockfile }) => existsAbove(root, lockfile));
  if (other !== undefined) {
    return problem(
      `${TFJS_NODE} is not installed, and ${other.lockfile} shows that npm does not manage this project.`,
      {
        advice: `Run \`${other.add} ${spec}\`, then \`npx pipeline setup\` again.`,
      },
    );
  }
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { ok, output } = await runNpm(root, ['install', ...options, spec]);
  const folder = findTfjsNode(root);
  if (ok && folder !== undefined) return success(folder);
  return problem(`npm could not install ${spec}:\n${lastLines(output)}`, {
    advice:
      'Fix what npm reports (often the network, or the registry in ~/.npmrc), then run `npx pipeline setup` again.',
  });
}

function findPackage(name: string, from: string): string | undefined {
  for (const modules of createRequire(from).resolve.paths(name) ?? []) {
    const folder = join(modules, name);
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  return undefined;
}

function existsAbove(root: string, name: string): boolean {
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, name))) return true;
    if (existsSync(join(folder, 'package-lock.json')) || dirname(folder) === folder) return false;
  }
}
