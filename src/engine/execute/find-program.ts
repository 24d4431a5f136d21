import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { Place, Problem } from '../../shared/problem.ts';

/** Returns the path of the program that `name` starts in the folder `cwd`, or nothing if there is none. */
export function findProgram(
  name: string,
  cwd: string,
  { PATH = '' }: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const paths = name.includes('/') ? [name] : PATH.split(delimiter).map((folder) => join(folder, name));
  return paths.map((path) => resolve(cwd, path)).find(isExecutable);
}

/** Says that there is no such program. `at`: where the pipeline file names it. */
export function programProblem(name: string, at: Place): Problem {
  return {
    message: `there is no program "${name}"`,
    at,
    advice: name.includes('/')
      ? 'Correct the path, which is relative to the pipeline file, or make the file executable: chmod +x'
      : 'Install it, put its folder into PATH, or write its path.',
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
