import { readFileSync, realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Project, Variant } from '../cache/local/roots.ts';
import type { CommonOptions } from './options.ts';
import { findProject } from './project.ts';

/** Returns where the project of a command line lies. Its pipeline file may not exist. */
export function placeOf(options: CommonOptions): Pick<Project, 'host' | 'file'> {
  const { file } = findProject(options);
  try {
    return { host: hostname(), file: realpathSync(file) };
  } catch {
    return { host: hostname(), file };
  }
}

/** Returns which variant of a project a command line means. `pipeline`: the name of the pipeline. */
export function variantOf(pipeline: string, options: CommonOptions): Variant {
  const place = placeOf(options);
  return {
    ...place,
    pipeline,
    branch: branchOf(dirname(place.file)) ?? null,
    profile: options.profile ?? null,
    set: options.set.length > 0,
  };
}

/** Returns the Git branch that is checked out in a folder; nothing outside of a repository or with a detached HEAD. */
function branchOf(folder: string): string | undefined {
  for (let above = folder; ; above = dirname(above)) {
    const head = readHead(join(above, '.git'));
    if (head !== undefined) return /^ref: refs\/heads\/(.+)$/m.exec(head)?.[1];
    if (dirname(above) === above) return undefined;
  }
}

function readHead(git: string): string | undefined {
  const direct = read(join(git, 'HEAD'));
  if (direct !== undefined) return direct;
  // In a worktree and in a submodule, `.git` is a file that names the folder.
  const [, folder] = /^gitdir: (.+)$/m.exec(read(git) ?? '') ?? [];
  return folder === undefined ? undefined : read(resolve(dirname(git), folder, 'HEAD'));
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
