import { existsSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { isInside } from '../../shared/paths-below.ts';
import type { Problem } from '../../shared/problem.ts';
import { sourcesOf } from '../plan/sources.ts';
import type { Project } from './project.ts';
import type { Session } from './session.ts';
import type { SessionObserver } from './with-session.ts';

/** Where nothing is that a person edits. */
const GENERATED = /(^|[\\/])(node_modules|\.git)([\\/]|$)/;

/** Collects the paths on which a run depends: the pipeline file, the code of the stages, and the inputs from outside. */
export class WatchedPaths implements SessionObserver {
  readonly #pipelineFile: string;
  readonly #cache: string;
  #known: ReadonlySet<string>;
  /** What may be wrong, and the folders beside it. */
  #suspected: ReadonlySet<string> = new Set();

  /** @param project the absolute paths of the pipeline file and the cache. */
  constructor({ file, cache }: Pick<Project, 'file' | 'cache'>) {
    this.#pipelineFile = file;
    this.#cache = cache;
    this.#known = new Set([file]);
  }

  opened({ services, codes }: Session): void {
    const { stages } = services.plan;
    const inputs = stages.flatMap(sourcesOf).flatMap(({ from }) => (from.kind === 'path' ? [from.path] : []));
    const modules = new Set(stages.flatMap((stage) => (stage.kind === 'module' ? [stage.module.path] : [])));
    this.#known = new Set([this.#pipelineFile, ...inputs, ...[...modules].flatMap((module) => codes.filesOf(module))]);
    this.#suspected = new Set();
  }

  /** Adds the files that are wrong and, since a module that is missing may be anywhere, the folder of the project. */
  refused(problems: readonly Problem[]): void {
    const files = problems.flatMap(({ at }) => (at === undefined ? [] : [resolve(at.file)]));
    const inModules = files.filter((file) => file !== this.#pipelineFile && existsSync(file));
    this.#suspected = new Set([...files, ...(inModules.length > 0 ? [dirname(this.#pipelineFile)] : [])]);
  }

  /** Returns whether a path in a watched folder does not matter. */
  ignores(path: string): boolean {
    if (this.#known.has(path) || this.#suspected.has(path)) return false;
    if (isInside(this.#cache, path)) return true;
    return [...this.#suspected].some((folder) => isInside(folder, path) && GENERATED.test(relative(folder, path)));
  }

  /** Returns all paths, absolute, by what they are now. */
  sorted(): { readonly files: string[]; readonly directories: string[]; readonly missing: string[] } {
    const files: string[] = [];
    const directories: string[] = [];
    const missing: string[] = [];
    for (const path of new Set([...this.#known, ...this.#suspected])) {
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats === undefined) missing.push(path);
      else if (stats.isDirectory()) directories.push(path);
      else files.push(path);
    }
    return { files, directories, missing };
  }
}
