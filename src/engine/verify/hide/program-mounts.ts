import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, resolve, sep } from 'node:path';
import { isInside } from '../../../shared/paths-below.ts';
import { realPath } from '../../../shared/real-path.ts';
import { findProgram } from '../../execute/find-program.ts';
import type { Launch } from '../../execute/launch.ts';
import type { Roots } from '../../execute/roots.ts';
import type { Mount } from '../sandbox/mounts.ts';
import { asItIs } from '../sandbox/system.ts';

/**
 * Returns the mounts that show the program of a command and the files that its words name. With a declared `version`, the
 * program's whole installation is part of the action key: a virtual environment, for example, or `node_modules`.
 *
 * @param version the words of the command that prints the version, if there is one. A script for a shell may start the
 * same program.
 */
export function programMounts(
  { command: [program, ...args], environment, cwd }: Launch,
  { project }: Pick<Roots, 'project'>,
  version: readonly string[] | undefined,
): readonly Mount[] {
  const named = args.map((word) => resolve(cwd, word)).filter((path) => isInside(project, path));
  const programs = [program, ...(version?.slice(0, 1) ?? [])].map(
    (name) => findProgram(name, cwd, environment) ?? name,
  );
  const files = [...programs, ...named]
    .map((path) => resolve(cwd, path))
    .filter((path) => existsSync(path) && path !== project);
  if (version === undefined) return files.flatMap(asItIs);
  return files.flatMap((path) => [path, realPath(path) ?? path].flatMap((each) => installationOf(each, project)));
}

/** Shows `venv` for `venv/bin/python`, and `.pyenv` for `.pyenv/shims/python`. */
function installationOf(path: string, project: string): readonly Mount[] {
  const parts = path.split(sep);
  const index = parts.indexOf('node_modules');
  const whole = index !== -1 ? parts.slice(0, index + 1).join(sep) : dirname(dirname(path));
  const isTooMuch = [project, homedir()].some((personal) => isInside(whole, personal));
  return asItIs(isTooMuch ? path : whole);
}
