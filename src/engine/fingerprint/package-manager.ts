import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { upwards } from './resolution-files.ts';

/** The lockfile of each package manager, and its command that adds a package. */
const COMMANDS: Readonly<Record<string, string>> = {
  'pnpm-lock.yaml': 'pnpm add',
  'yarn.lock': 'yarn add',
  'bun.lock': 'bun add',
  'bun.lockb': 'bun add',
  'package-lock.json': 'npm install',
};

/** Returns the command with which the project in `root` adds a package, by the nearest lockfile. */
export function installCommand(root: string): string {
  for (const folder of upwards(root)) {
    const lockfile = Object.keys(COMMANDS).find((name) => existsSync(join(folder, name)));
    if (lockfile !== undefined) return COMMANDS[lockfile] ?? '';
  }
  return 'npm install';
}
