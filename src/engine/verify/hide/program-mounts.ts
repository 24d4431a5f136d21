import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, resolve, sep } from 'node:path';
import { isInside } from '../../../shared/paths-below.ts';
import { realPath } from '../../../shared/real-path.ts';
import { findProgram } from '../../execute/find-program.ts';
import type { Launch, LaunchedStage } from '../../execute/launch.ts';
import type { Mount } from '../sandbox/mounts.ts';
import { asItIs } from '../sandbox/system.ts';

/**
 * Returns the mounts that show the program of a command and the files that its words name. With a declared `version`, the
 * program's whole installation is part of the action key: a virtual environment, for example, or `node_modules`.
 */
export function programMounts(
  { command: [program, ...args], environment, cwd }: Launch,
  { request, roots }: Pick<LaunchedStage, 'request' | 'roots'>,
): readonly Mount[] {
  const named = args.map((word) => resolve(cwd, word)).filter((path) => isInside(roots.project, path));
  const files = [findProgram(program, cwd, environment) ?? program, ...named]
    .map((path) => resolve(cwd, path))
    .filter((path) => existsSync(path) && path !== roots.project);
  if (request.document.command?.version === undefined) return files.flatMap(asItIs);
  return files.flatMap((path) => [path, realPath(path) ?? path].flatMap((each) => installationOf(each, roots.project)));
}

function installationOf(path: string, project: string): readonly Mount[] {
  const parts = path.split(sep);
  const index = parts.indexOf('node_modules');
  const folder = dirname(path);
  const whole =
    index !== -1 ? parts.slice(0, index + 1).join(sep) : basename(folder) === 'bin' ? dirname(folder) : path;
  const isTooMuch = [project, homedir()].some((personal) => isInside(whole, personal));
  return asItIs(isTooMuch ? path : whole);
}
