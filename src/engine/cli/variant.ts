import { readFileSync, realpathSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import type { Project, Variant } from '../cache/local/roots.ts';
import type { CommonOptions } from './options.ts';
import { findProject } from './project.ts';

/** Returns where the project of a command line lies. Its pipeline file may not exist. */
export function placeOf(options: CommonOptions): Pick<Project, 'host' | 'file'> {
  return { host: hostname(), file: withoutLinks(findProject(options).file) };
}

/** Returns the pipeline file of a command line relative to its cache, so that both can be moved together. */
export function fileFromCache(options: CommonOptions): string {
  const { file, cache } = findProject(options);
  return relative(withoutLinks(cache), withoutLinks(file));
}

function withoutLinks(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
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
    const git = join(above, '.git');
    const stats = statSync(git, { throwIfNoEntry: false });
    if (stats !== undefined) return /^ref: refs\/heads\/(.+)$/m.exec(headIn(git, stats.isFile()))?.[1];
    if (dirname(above) === above) return undefined;
  }
}

/** Reads `HEAD`. In a worktree and in a submodule, `.git` is a file that names the folder. */
function headIn(git: string, isFile: boolean): string {
  try {
    const [, folder = ''] = isFile ? (/^gitdir: (.+)$/m.exec(readFileSync(git, 'utf8')) ?? []) : [undefined, git];
    return readFileSync(resolve(dirname(git), folder, 'HEAD'), 'utf8');
  } catch {
    return '';
  }
}
