import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { problem, type Result, success } from '../../src/shared/problem.ts';
import type { Bench } from '../benchmark.ts';
import { type Command, command, time } from '../command.ts';

/** Installs an npm package for the benchmarks only. Returns the path of its node_modules. */
export async function installFromNpm(name: string, version: string, bench: Bench): Promise<Result<string>> {
  const folder = join(bench.root, 'bench', '.peers', name);
  const install = command('npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', `${name}@${version}`);
  const installed = await once(folder, `${name} ${version}`, bench, () => {
    // Without this file npm would install the package into this repository.
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    return [install];
  });
  return installed.ok ? success(join(folder, 'node_modules')) : installed;
}

/** Installs a Python package into its own virtual environment. Returns the folder of its programs. */
export async function installFromPython(name: string, version: string, bench: Bench): Promise<Result<string>> {
  const folder = join(bench.root, 'bench', '.peers', name);
  const environment = join(folder, 'python');
  const pip = join(environment, 'bin', 'pip');
  const installed = await once(folder, `${name} ${version}`, bench, () => [
    command('python3', '-m', 'venv', environment),
    command(pip, 'install', '--quiet', '--disable-pip-version-check', `${name}==${version}`),
  ]);
  return installed.ok ? success(join(environment, 'bin')) : installed;
}

/** Runs install commands, unless an earlier run has already installed this version. */
async function once(
  folder: string,
  what: string,
  bench: Bench,
  commands: () => readonly Command[],
): Promise<Result<void>> {
  const mark = join(folder, '.installed');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === what) return success(undefined);
  bench.note(`installing ${what}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const log = join(bench.scratch, 'install.log');
  for (const step of commands()) {
    const done = await time(step, { directory: folder, environment: process.env, log });
    if (!done.ok) return problem(`cannot install ${what}: ${done.failure[0]?.message}`);
  }
  writeFileSync(mark, what);
  return success(undefined);
}
