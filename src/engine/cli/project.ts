import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { lockfileName } from '../execute/lockfile.ts';
import type { CommonOptions } from './options.ts';

/** The project that a command line refers to, found without reading its files. */
export interface Project {
  /** The absolute path of the pipeline file, and the path that messages show. */
  readonly file: string;
  readonly shown: string;
  readonly root: string;
  readonly cache: string;
}

const NAME = 'pipeline.yaml';

/** Without `-f`, the pipeline file is searched for in the current folder and its parents. */
export function findProject(options: CommonOptions): Project {
  const file = options.file === undefined ? findUpwards(NAME) : fileAt(resolve(options.file));
  const root = dirname(file);
  const shown = relative(process.cwd(), file) || file;
  return { file, shown, root, cache: options.cache === undefined ? join(root, 'cache') : resolve(options.cache) };
}

/** Returns the absolute path of the lockfile. */
export function lockfilePath(options: CommonOptions): string {
  const { file, root } = findProject(options);
  return join(root, lockfileName(basename(file), options.profile));
}

/** `-f` may name the folder of a pipeline file, too. */
function fileAt(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, NAME) : path;
}

function findUpwards(name: string): string {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const file = join(folder, name);
    if (existsSync(file)) return file;
    if (dirname(folder) === folder) return resolve(name);
  }
}
